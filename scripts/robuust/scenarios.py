"""Scenarios: the settings of a second area in the same run, with planned changes."""

import copy


def scenario_settings(config, scenario, *, today):
    """Make the settings of a scenario: those of the run, with another area.

    Parameters
    ----------
    config : dict
        The settings of the run, checked and complete.
    scenario : str
        A key of ``scenarios``.
    today : str
        Folder with the results of the run itself.

    Returns
    -------
    dict
        New settings: an area and titles of their own, this scenario only, and the
        results of today as those of the earlier run. Parcels that a plan must have and
        minimum rises are left out: planned changes can make them impossible.

    Examples
    --------
    >>> titles = {"title_nl": "Wijk", "title_en": "Houses"}
    >>> config = {"area": "demo", "title_nl": "Kust", "title_en": "Coast",
    ...           "restoration": {"must_have": ["P1"]},
    ...           "scenarios": {"houses": titles, "road": {}}}
    >>> found = scenario_settings(config, "houses", today="results/demo")
    >>> found["area"], found["title_en"], found["earlier_results"]
    ('demo_houses', 'Coast: Houses', 'results/demo/robuust.gpkg')
    >>> list(found["scenarios"]), found["restoration"]["must_have"]
    (['houses'], [])
    """
    own = copy.deepcopy(config["scenarios"][scenario])
    config = copy.deepcopy(config)
    return config | {
        "area": f"{config['area']}_{scenario}",
        "title_nl": f"{config['title_nl']}: {own['title_nl']}",
        "title_en": f"{config['title_en']}: {own['title_en']}",
        "scenarios": {scenario: own},
        "earlier_results": f"{today}/robuust.gpkg",
        "restoration": config["restoration"] | {"must_have": [], "minimum_rise": {}},
    }


def changes_sources(config):
    """Every layer of planned changes in the settings, with its place there.

    Parameters
    ----------
    config : dict
        The settings; parts of the wrong shape name nothing.

    Returns
    -------
    list of (str, dict)
        Place of the list that holds the entry, and the entry.

    Examples
    --------
    >>> changes_sources({"scenarios": {"road": {"changes": [{"name": "lanes"}]}}})
    [('scenarios.road.changes', {'name': 'lanes'})]
    """
    scenarios = config.get("scenarios")
    found = []
    for name, scenario in (scenarios if isinstance(scenarios, dict) else {}).items():
        entries = scenario.get("changes") if isinstance(scenario, dict) else None
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                found.append((f"scenarios.{name}.changes", entry))
    return found
