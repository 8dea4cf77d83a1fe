// The interactive map: one question at a time, and what lies at a place in words.
// Everything it knows stands in the page; names are written as text, never as markup.
"use strict";
(() => {
  const element = (id) => document.getElementById(id);
  const data = JSON.parse(element("map-data").textContent);
  const words = JSON.parse(element("map-words").textContent);
  const [west, south, east, north] = data.extent;
  const step = data.step_m;
  const MOST_TOLD = 40; // of what lies at one place
  const NEAR_PX = 8; // a click so near to a point is on it
  const PX_PER_SIGN = 9; // of the name of a unit

  // --- Shapes: whole steps from the south-west corner become metres from it

  function ringsOf(shape) {
    return shape.map((moves) => {
      const ring = [];
      let [x, y] = [0, 0];
      for (let i = 0; i < moves.length; i += 2) {
        x += moves[i];
        y += moves[i + 1];
        ring.push([y * step, x * step]);
      }
      return ring;
    });
  }

  // West, south, east and north of a shape, without making its rings.
  function boxOf(shape) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const moves of shape) {
      let [x, y] = [0, 0];
      for (let i = 0; i < moves.length; i += 2) {
        x += moves[i];
        y += moves[i + 1];
        if (x < box[0]) box[0] = x;
        if (y < box[1]) box[1] = y;
        if (x > box[2]) box[2] = x;
        if (y > box[3]) box[3] = y;
      }
    }
    return box.map((place) => place * step);
  }

  // Cells as a picture of one pixel each: tens of thousands cost no more than one.
  const Cells = L.ImageOverlay.extend({
    _initImage() {
      this._image = this._url;
      this._image.classList.add("leaflet-image-layer", "leaflet-zoom-animated", "cells");
    },
  });

  function cellsOf(layer) {
    const [side, perRow] = [layer.cell_m, data.cells_per_row];
    const picture = document.createElement("canvas");
    picture.width = perRow;
    picture.height = Math.ceil((north - south) / side) + 1;
    const pen = picture.getContext("2d");
    for (const part of layer.cells) {
      if (!isChosen(layer, part.group)) continue;
      pen.fillStyle = layer.legend.find((one) => one.value === part.value).colour;
      let cell = 0;
      for (const more of part.cells) {
        cell += more;
        pen.fillRect(cell % perRow, picture.height - 1 - Math.floor(cell / perRow), 1, 1);
      }
    }
    const bounds = [[0, 0], [picture.height * side, perRow * side]];
    return new Cells(picture, bounds, { pane: "cells", opacity: 0.6 });
  }

  class Feature {
    constructor(layer, index) {
      this.layer = layer;
      this.index = index;
      this.isPoint = layer.shape[index][0].length === 2;
      this.box = boxOf(layer.shape[index]);
    }

    get rings() {
      return (this.made ??= ringsOf(this.layer.shape[this.index]));
    }

    get bounds() {
      const [west, south, east, north] = this.box;
      return L.latLngBounds([[south, west], [north, east]]);
    }

    get(column) {
      return this.layer[column][this.index];
    }

    entry() {
      return this.layer.legend.find((entry) => entry.value === this.get("value"));
    }

    path() {
      const { colour } = this.entry();
      const common = { interactive: false, color: colour, fillColor: colour };
      if (this.isPoint) {
        const style = { radius: 6, weight: 1.5, color: "#fff", fillOpacity: 1 };
        return L.circleMarker(this.rings[0][0], { ...common, ...style });
      }
      const style = this.layer.hollow
        ? { fill: false, weight: 1.4, opacity: 1 }
        : { weight: 0.6, opacity: 0.9, fillOpacity: this.layer.opacity };
      return L.polygon(this.rings, { ...common, ...style, smoothFactor: 0.5 });
    }

    // Whether a place [m] lies in the shape, by the even-odd rule.
    holds(lat, lng, near) {
      const [west, south, east, north] = this.box;
      if (this.isPoint) return Math.hypot(south - lat, west - lng) <= near;
      if (lng < west || lng > east || lat < south || lat > north) return false;
      let inside = false;
      for (const ring of this.rings) {
        for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
          const [[yi, xi], [yj, xj]] = [ring[i], ring[j]];
          if (yi > lat !== yj > lat && lng < ((xj - xi) * (lat - yi)) / (yj - yi) + xi)
            inside = !inside;
        }
      }
      return inside;
    }
  }

  for (const [name, layer] of Object.entries(data.layers)) {
    layer.id = name;
    layer.features = layer.shape.map((_, index) => new Feature(layer, index));
  }

  // --- The map

  element("still").hidden = true;
  element("live").hidden = false;
  const map = L.map("map", {
    crs: L.CRS.Simple,
    preferCanvas: true,
    attributionControl: false,
    zoomSnap: 0, // so that the map on paper is the map on the screen
    zoomDelta: 0.5,
    minZoom: -12,
    maxZoom: 2,
    zoomControl: false,
  });
  L.control.zoom({ zoomInTitle: words.closer, zoomOutTitle: words.farther }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 160 }).addTo(map);
  const whole = L.latLngBounds([0, 0], [north - south, east - west]);
  map.fitBounds(whole);
  map.setMaxBounds(whole.pad(0.5));
  map.createPane("cells").style.zIndex = 350; // below all shapes
  const drawn = L.layerGroup().addTo(map);
  const marked = L.layerGroup().addTo(map);

  const question = () => document.querySelector('input[name="question"]:checked').value;
  const group = () => element("group").value;
  const plan = () => element("plan")?.value ?? "";
  const isTicked = (name) => element(`${question()}-${name}`)?.checked ?? true;
  const shownLayers = () => data.questions[question()].filter(isTicked);

  // Whether a layer shows what is of this group, or of this plan.
  function isChosen(layer, value) {
    const wanted = layer.chosen_by === "plan" ? plan() : group();
    return !wanted || !value || value === wanted;
  }

  const isShown = (feature) => isChosen(feature.layer, feature.get("group"));

  function draw() {
    drawn.clearLayers();
    marked.clearLayers();
    for (const name of shownLayers()) {
      const layer = data.layers[name];
      if (layer.cells.length) drawn.addLayer(cellsOf(layer));
      for (const feature of layer.features) {
        if (isShown(feature)) {
          feature.drawn ??= feature.path();
          drawn.addLayer(feature.drawn);
        }
      }
    }
    nameUnits();
  }

  // Names of the smallest units, where these are wide enough to bear one.
  const levels = {};
  for (const feature of data.layers.report_units.features)
    (levels[feature.get("unit").split(" ", 1)[0]] ??= []).push(feature);
  const named = Object.values(levels).sort((a, b) => b.length - a.length)[0] ?? [];
  const unitNames = L.layerGroup().addTo(map);

  function nameUnits() {
    unitNames.clearLayers();
    for (const feature of named) {
      const [low, high] = [feature.bounds.getSouthWest(), feature.bounds.getNorthEast()];
      const width = map.project(high).x - map.project(low).x;
      const text = feature.get("name");
      if (width < PX_PER_SIGN * text.length) continue;
      const label = document.createElement("span");
      label.textContent = text;
      L.tooltip({ permanent: true, direction: "center", className: "unit-name" })
        .setLatLng(feature.bounds.getCenter())
        .setContent(label)
        .addTo(unitNames);
    }
  }

  function switchQuestion() {
    for (const part of document.querySelectorAll(".layers"))
      part.hidden = part.dataset.question !== question();
    if (question() === "for_whom" && !group() && data.groups.length)
      element("group").value = data.groups[0];
    draw();
  }

  // --- What lies at a place, in words

  function told(feature) {
    const item = document.createElement("li");
    const head = document.createElement("strong");
    head.textContent = feature.get("name");
    const facts = document.createElement("p");
    facts.className = "is";
    const value = feature.get("value") ? feature.entry().label : "";
    const place = data.groups.indexOf(feature.get("group"));
    facts.textContent = [
      feature.layer.title,
      value,
      place < 0 ? feature.get("group") : data.group_names[place],
      feature.get("fact"),
    ]
      .filter(Boolean)
      .join(" · ");
    const reason = document.createElement("p");
    reason.textContent = feature.get("reason");
    item.append(head, facts, reason);
    const species = data.sheets[feature.get("species")];
    const unit = data.unit_sheets[feature.get("unit")];
    if (species) item.append(link(`species_sheets/${species}.html`, words.sheet));
    if (unit) item.append(link(`unit_sheets/${unit}.html`, words.sheet));
    return item;
  }

  function link(address, text) {
    const made = document.createElement("a");
    made.href = address;
    made.textContent = text;
    return made;
  }

  function tell(features, title, outlined = features) {
    const list = document.createElement("ol");
    for (const feature of features.slice(0, MOST_TOLD)) list.append(told(feature));
    element("said-title").textContent = title;
    const more = features.length - MOST_TOLD;
    const rest = document.createElement("p");
    rest.textContent = more > 0 ? words.more.replace("{n}", more) : "";
    element("said-text").replaceChildren(features.length ? list : words.nothing, rest);
    marked.clearLayers();
    for (const feature of outlined) {
      const style = { interactive: false, color: "#d01c8b", weight: 3, fill: false };
      const path = feature.isPoint
        ? L.circleMarker(feature.rings[0][0], { ...style, radius: 10 })
        : L.polygon(feature.rings, style);
      path.addTo(marked);
    }
  }

  function tellOfPlace({ lat, lng }) {
    const near = NEAR_PX / map.getZoomScale(map.getZoom(), 0);
    const found = shownLayers()
      .reverse()
      .flatMap((name) => data.layers[name].features)
      .filter((one) => isShown(one) && one.holds(lat, lng, near));
    const isUnit = (one) => one.layer.id === "report_units";
    tell(found, words.here, found.filter((one) => !isUnit(one)));
  }

  map.on("zoomend", nameUnits);
  map.on("click", (event) => tellOfPlace(event.latlng));
  map.getContainer().addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === map.getContainer())
      tellOfPlace(map.getCenter());
  });

  // Show features wherever they are: the first question that holds their layer.
  function show(features, title) {
    const name = features[0].layer.id;
    if (!data.questions[question()].includes(name)) {
      const slug = Object.keys(data.questions).find((one) =>
        data.questions[one].includes(name),
      );
      document.querySelector(`input[name="question"][value="${slug}"]`).checked = true;
    }
    const tick = element(`${question()}-${name}`);
    if (tick) tick.checked = true;
    if (!features.some(isShown)) element("group").value = "";
    switchQuestion();
    const bounds = L.latLngBounds([]);
    for (const feature of features) bounds.extend(feature.bounds);
    map.fitBounds(bounds.pad(0.2), { maxZoom: -1, animate: false });
    tell(features, title);
  }

  // --- Search: reporting units, species, and the areas that the tables name

  const plain = (text) =>
    text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const places = new Map();
  for (const name of ["report_units", "populations", "robust_areas", "restoration"]) {
    for (const feature of data.layers[name].features) {
      const text = feature.get("name");
      const key = `${name}:${text}`;
      if (!places.has(key))
        places.set(key, { text, plain: plain(text), kind: feature.layer, features: [] });
      places.get(key).features.push(feature);
    }
  }

  element("search").addEventListener("input", (event) => {
    const wanted = plain(event.target.value.trim());
    const begins = (one) => one.plain.startsWith(wanted);
    const hits = wanted
      ? [...places.values()].filter((one) => one.plain.includes(wanted))
      : [];
    hits.sort((a, b) => begins(b) - begins(a)); // names that begin with it first
    element("found").replaceChildren(
      ...hits.slice(0, 10).map((hit) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = `${hit.text} · ${hit.kind.title}`;
        button.addEventListener("click", () => show(hit.features, hit.text));
        item.append(button);
        return item;
      }),
    );
    element("found-n").textContent = wanted
      ? words.found.replace("{n}", hits.length)
      : "";
  });

  // --- From a row of a table to the map

  document.addEventListener("click", (event) => {
    const from = event.target.closest("a[data-layer]");
    if (!from) return;
    const layer = data.layers[from.dataset.layer];
    const features = layer.features.filter(
      (one) => one.get("key") === from.dataset.key,
    );
    if (!features.length) return; // too small for a shape of its own
    event.preventDefault();
    show(features, from.textContent);
    element("map-title").scrollIntoView();
    element("said").focus({ preventScroll: true });
  });

  // --- Switches, and the map on paper: as it stands, as wide as the sheet

  element("group").addEventListener("change", draw);
  element("plan")?.addEventListener("change", draw);
  for (const input of document.querySelectorAll('input[name="question"]'))
    input.addEventListener("change", switchQuestion);
  for (const input of document.querySelectorAll(".layers input"))
    input.addEventListener("change", draw);
  let seen = null;
  window.addEventListener("beforeprint", () => {
    seen = map.getBounds();
    map.getContainer().style.width = "690px";
    map.getContainer().style.height = "500px";
    map.invalidateSize({ animate: false, pan: false });
    map.fitBounds(seen, { animate: false });
  });
  window.addEventListener("afterprint", () => {
    map.getContainer().style.width = "";
    map.getContainer().style.height = "";
    map.invalidateSize({ animate: false, pan: false });
    if (seen) map.fitBounds(seen, { animate: false });
  });
  switchQuestion();
})();
