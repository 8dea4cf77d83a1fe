"""Who lives where and how it fares: the story of each of the forty species."""

DUNE = ("Witte Duinen", "Noordduinen")
WET = ("Grote Moere", "Grote Moere oost", "Brugveldse Broeken", "Sint-Odopolder")
HEATH = ("Galgenheide", "Witte Zandheide")
GRASS = ("foxtail", "crested_grass", "hay_meadow", "marigold", "silverweed")
WOOD = ("oak_beech", "oak_birch", "oak_hornbeam", "alder")
MARSH = ("reed", "sedge", "fen", "lake")
POOLS = ("soft_pool", "dark_pool", "lake")

# species: taxon, months, strongholds [(records, vegetation, places, until year)],
# and small isolated sites {story: (kind of site, how many)}
STORIES = {
    "Schoenus nigricans": ("plant", (5, 9), [
        (70, ("slack",), ("Noordduinen",), 2025), (12, ("slack",), DUNE[:1], 1992),
    ], {"phantom": ("slack", 4), "lost": ("slack", 3), "forgotten": ("slack", 2)}),
    "Scirpoides holoschoenus": ("plant", (6, 9), [
        (38, ("slack",), ("Witte Duinen",), 2025),
    ], {"dormant": ("slack", 4), "phantom": ("slack", 2), "lost": ("slack", 2)}),
    "Gentianella uliginosa": ("plant", (8, 10), [
        (60, ("slack",), ("Witte Duinen",), 2025),
    ], {"relict": ("slack", 5), "lost": ("slack", 3), "forgotten": ("slack", 2)}),
    "Juncus balticus": ("plant", (6, 9), [
        (45, ("slack",), ("Noordduinen",), 2025),
    ], {"phantom": ("slack", 3), "lost": ("slack", 4), "forgotten": ("slack", 2)}),
    "Parnassia palustris": ("plant", (7, 9), [
        (230, ("slack", "slack_pool"), DUNE, 2025),
    ], {"relict": ("slack", 8), "lost": ("slack", 4), "forgotten": ("slack", 3)}),
    "Liparis loeselii": ("plant", (6, 7), [
        (70, ("slack",), ("Witte Duinen",), 2025),
        (18, ("fen",), ("Moerrietland",), 2025),
    ], {"lost": ("fen", 2)}),
    "Herminium monorchis": ("plant", (6, 7), [
        (55, ("slack", "grey_dune"), ("Witte Duinen",), 2025),
    ], {"phantom": ("fen", 1), "lost": ("fen", 1)}),
    "Dactylorhiza incarnata": ("plant", (5, 7), [
        (150, ("slack",), DUNE, 2025),
        (150, ("marigold", "blue_grass", "fen"), (*WET, "Moerrietland"), 2025),
    ], {"relict": ("fen", 3), "forgotten": ("fen", 2)}),
    "Cirsium dissectum": ("plant", (6, 7), [
        (100, ("blue_grass",), WET, 2025),
    ], {"phantom": ("fen", 2), "lost": ("fen", 2)}),
    "Genista pilosa": ("plant", (5, 6), [
        (75, ("dry_heath", "sand_heath"), ("Galgenheide",), 2025),
    ], {"phantom": ("dry", 4), "lost": ("dry", 3)}),
    "Genista anglica": ("plant", (5, 6), [
        (140, ("dry_heath", "wet_heath"), HEATH, 2025),
    ], {"phantom": ("dry", 3), "forgotten": ("dry", 2)}),
    "Jasione montana": ("plant", (6, 8), [
        (170, ("grey_dune", "young_grey_dune"), DUNE, 2025),
        (170, ("inland_dune", "sand_heath"), HEATH, 2025),
    ], {"relict": ("dry", 4), "lost": ("dry", 2), "forgotten": ("dry", 1)}),
    "Gentiana pneumonanthe": ("plant", (7, 9), [
        (120, ("wet_heath",), HEATH, 2025),
    ], {"phantom": ("wet", 3), "lost": ("wet", 2), "forgotten": ("wet", 1)}),
    "Narthecium ossifragum": ("plant", (7, 8), [
        (95, ("bog", "wet_heath"), ("Galgenheide",), 2025),
    ], {"dormant": ("wet", 3), "lost": ("wet", 1)}),
    "Drosera rotundifolia": ("plant", (6, 8), [
        (190, ("bog", "wet_heath", "peat_slit"), HEATH, 2025),
    ], {"relict": ("wet", 4), "lost": ("wet", 1), "forgotten": ("wet", 2)}),
    "Rhynchospora alba": ("plant", (7, 9), [
        (75, ("peat_slit", "bog"), ("Galgenheide",), 2025),
    ], {"dormant": ("wet", 3), "lost": ("wet", 1)}),
    "Vertigo angustior": ("snail", (4, 10), [
        (85, ("slack", "dune_scrub"), ("Witte Duinen",), 2025),
        (10, ("slack",), ("Noordduinen",), 1998),
    ], {"relict": ("slack", 4), "phantom": ("slack", 2), "lost": ("slack", 3)}),
    "Phengaris alcon": ("butterfly", (7, 8), [
        (130, ("wet_heath",), ("Galgenheide",), 2025),
        (25, ("wet_heath",), ("Witte Zandheide",), 2007),
    ], {"lost": ("wet", 2)}),
    "Plebejus argus": ("butterfly", (6, 8), [
        (310, ("wet_heath", "dry_heath"), HEATH, 2025),
        (18, ("dry_heath", "wet_heath"), ("Klein Heiken",), 2025),
    ], {"lost": ("wet", 2)}),
    "Hyla arborea": ("amphibian", (4, 6), [
        (150, POOLS, ("Moerrietland", "Grote Moere"), 2025),
        (60, ("slack_pool", "slack"), ("Noordduinen",), 2025),
        (20, POOLS, ("Brugveldse Broeken",), 1994),
    ], {}),
    "Epidalea calamita": ("amphibian", (4, 8), [
        (250, ("slack", "slack_pool", "grey_dune"), DUNE, 2025),
        (90, ("inland_dune", "soft_pool"), ("Galgenheide",), 2025),
    ], {}),
    "Rana arvalis": ("amphibian", (3, 9), [
        (150, ("wet_heath", *POOLS), ("Galgenheide",), 2025),
        (45, ("wet_heath", *POOLS), ("Witte Zandheide",), 2025),
        (12, POOLS, ("Klein Heiken", "Vossenbergen"), 2006),
    ], {}),
    "Triturus cristatus": ("amphibian", (4, 7), [
        (240, POOLS, (*WET, "Moerrietland"), 2025),
    ], {}),
    "Pelophylax lessonae": ("amphibian", (5, 8), [
        (110, POOLS, ("Galgenheide", "Vossenbergen"), 2025),
        (25, POOLS, ("Witte Zandheide",), 2001),
    ], {}),
    "Pelobates fuscus": ("amphibian", (4, 6), [
        (30, ("soft_pool", "inland_dune"), ("Witte Zandheide",), 1997),
        (26, ("soft_pool", "inland_dune"), ("Galgenheide",), 2025),
    ], {}),
    "Limosa limosa": ("bird", (3, 6), [
        (300, GRASS, WET[:3], 2025), (90, GRASS, WET[3:], 2025),
    ], {}),
    "Crex crex": ("bird", (5, 7), [
        (30, GRASS, WET[:1], 2025), (30, GRASS, WET[2:], 1996),
    ], {}),
    "Alauda arvensis": ("bird", (3, 7), [
        (330, GRASS, WET, 2025), (260, ("arable", "arable_clay"), (), 2025),
        (120, ("grey_dune", "white_dune"), DUNE, 2025),
    ], {}),
    "Botaurus stellaris": ("bird", (3, 7), [
        (95, MARSH, ("Moerrietland",), 2025),
        (30, MARSH, ("Kreek van Brugveld",), 1999),
    ], {}),
    "Acrocephalus arundinaceus": ("bird", (5, 7), [
        (70, ("reed", "lake"), ("Moerrietland",), 2025),
        (30, ("reed", "lake"), ("Blauwhuisput",), 1993),
    ], {}),
    "Porzana porzana": ("bird", (4, 7), [
        (45, MARSH, ("Moerrietland", "Kreek van Brugveld"), 2025),
    ], {}),
    "Dryocopus martius": ("bird", (2, 6), [
        (170, WOOD, ("Papenbos", "Hoge Bos", "Galgenheide"), 2025),
    ], {}),
    "Leiopicus medius": ("bird", (2, 6), [
        (150, WOOD, ("Hoge Bos", "Papenbos"), 2025),
    ], {}),
    "Oriolus oriolus": ("bird", (5, 7), [
        (70, WOOD, ("Papenbos",), 2025), (40, WOOD, ("Vossenbos", "Kapelbos"), 2003),
    ], {}),
    "Caprimulgus europaeus": ("bird", (5, 8), [
        (230, ("dry_heath", "sand_heath", "wet_heath"), HEATH, 2025),
        (20, ("dune_heath", "grey_dune"), DUNE[1:], 1989),
    ], {}),
    "Oenanthe oenanthe": ("bird", (4, 8), [
        (150, ("grey_dune", "white_dune"), DUNE, 2025),
        (30, ("inland_dune",), ("Galgenheide",), 1998),
    ], {}),
    "Lanius collurio": ("bird", (5, 8), [
        (120, ("dune_scrub", "dune_heath"), DUNE, 2025),
        (40, ("poor_grass", "dry_heath"), HEATH, 2025),
    ], {}),
    "Coronella austriaca": ("reptile", (4, 10), [
        (55, ("dry_heath", "sand_heath"), ("Galgenheide",), 2025),
        (10, ("dry_heath",), ("Witte Zandheide",), 1991),
    ], {"lost": ("dry", 1)}),
    "Vipera berus": ("reptile", (3, 10), [
        (120, ("dry_heath", "wet_heath", "bog"), ("Galgenheide",), 2025),
    ], {"phantom": ("dry", 2), "lost": ("dry", 1)}),
    "Lacerta agilis": ("reptile", (4, 9), [
        (190, ("dry_heath", "sand_heath", "inland_dune"), HEATH, 2025),
        (130, ("grey_dune",), DUNE, 2025),
    ], {"relict": ("dry", 3), "forgotten": ("dry", 1)}),
}  # fmt: skip
