"""One row per group: its connectivity, and how many patches are in each class."""

import pandas as pd

from robuust.area_cohesion import GOOD
from robuust.robustness import CLASSES


def summarise_patches(verdicts):
    """Robust hectares of one group, and its number of patches per class.

    Parameters
    ----------
    verdicts : DataFrame
        class, robust, area_verdict (missing where the bundle is not judged) and area_ha
        of the patches of one group; may be empty.

    Returns
    -------
    dict
        robust_ha (patches that are robust by the yardstick of the run), area_good_ha
        (good by area and cohesion; missing where no patch is judged), then by the norms
        n_stronghold, n_key, n_network, n_near, n_insufficient.

    Examples
    --------
    >>> summary = summarise_patches(
    ...     pd.DataFrame({"class": ["key", "near"], "robust": [True, False],
    ...                   "area_verdict": ["poor", "good"], "area_ha": [5.0, 1.0]}))
    >>> summary["robust_ha"], summary["area_good_ha"], summary["n_key"]
    (5.0, 1.0, 1)
    """
    robust = verdicts["robust"].astype(bool)
    judged = verdicts["area_verdict"].notna()
    good_ha = float(verdicts.loc[verdicts["area_verdict"] == GOOD, "area_ha"].sum())
    counts = verdicts["class"].value_counts()
    return {
        "robust_ha": float(verdicts.loc[robust, "area_ha"].sum()),
        "area_good_ha": good_ha if judged.any() else float("nan"),
        **{f"n_{name}": int(counts.get(name, 0)) for name in CLASSES},
    }


def summarise_groups(connectivity, verdicts_by_group, species_groups):
    """Put connectivity, names and verdicts of the groups in one table.

    Parameters
    ----------
    connectivity : DataFrame
        One row per group: the table group_connectivity.
    verdicts_by_group : dict of DataFrame
        Patches of each group, with class, robust, area_verdict and area_ha.
    species_groups : DataFrame
        group, name_nl, name_en.

    Returns
    -------
    DataFrame
        group, name_nl, name_en, the other columns of `connectivity`, and what
        `summarise_patches` counts; sorted by group.

    Raises
    ------
    ValueError
        If a group has not exactly one row of connectivity.
    """
    patches = pd.DataFrame(
        [
            {"group": group, **summarise_patches(verdicts)}
            for group, verdicts in verdicts_by_group.items()
        ]
    )
    if sorted(connectivity["group"]) != sorted(patches["group"]):
        raise ValueError(
            f"connectivity is there for {sorted(connectivity['group'])}, verdicts for "
            f"{sorted(patches['group'])}; every group needs one row of each"
        )
    names = species_groups[["group", "name_nl", "name_en"]]
    summary = names.merge(connectivity, on="group").merge(patches, on="group")
    return summary.sort_values("group", ignore_index=True)
