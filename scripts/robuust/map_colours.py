"""The colours of all maps: one family of colours has one meaning on every map.

Blue is robust, orange to brown is not (yet); purple is robust for several groups
together; pink is movement; teal is the reach of a group; red is danger and loss; green
is gain; olive is variety; grey is context; black is what is gone, and the outline of a
plan. The three tracks of restoration have colours of their own. Shades that must be
told apart differ in lightness too, so that colour-blind readers and grey prints keep
them.
"""

PURPLES = ("#dad4ea", "#b8a9d9", "#9078c0", "#6a3d9a", "#3f007d")
PINKS = ("#fde0ef", "#f1b6da", "#de77ae", "#c51b7d", "#6b0f45")
REDS = ("#fee5d9", "#fcae91", "#fb6a4a", "#de2d26", "#a50f15")
TEALS = ("#c7eae5", "#80cdc1", "#35978f", "#01665e")
OLIVES = ("#f7f7d4", "#e0dd8f", "#b5ae45", "#85801d", "#4f4b0c")
GREYS = ("#969696", "#4d4d4d", "#737373")
HABITAT = "#dcdcd6"
INK = "#1a1a1a"
OTHER = "#bbbbbb"

#: For values that a run brings, without a meaning of their own elsewhere: pale, so that
#: they are no shade of a family above (Paul Tol's light scheme, colour-blind safe).
QUALITATIVE = (
    "#77aadd",
    "#ee8866",
    "#eedd88",
    "#ffaabb",
    "#99ddff",
    "#44bb99",
    "#bbcc33",
    "#aaaa00",
)

#: The steps of a share.
FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
