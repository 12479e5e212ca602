"""The word lists of the made-up world: names, towns, and what its people do, eat, keep and like."""


def listed(text: str, by: str | None = None) -> list[str]:
    """The words of a text, or its phrases between the signs `by`."""
    return [" ".join(part.split()) for part in text.split(by)]


FIRST_NAMES = listed("""
    Ada Alan Alice Amy Andy Anna Arno Ben Bella Bert Bruno Carl Cara Cleo Clara Dan Daisy Dora Duncan Edith Ella
    Emil Emma Eric Eva Felix Fiona Fred Gina Greta Gus Hana Harry Hazel Helen Hugo Ida Ian Iris Ivan Jack Jane
    Jill Joan Joel Jonas Julia Karl Kate Kim Lara Leo Lena Liam Lily Linus Lisa Lola Luis Mara Marco Maria Mark
    Martha Max Mia Milo Mona Nadia Nick Nina Noah Nora Olga Oliver Omar Oscar Otto Paul Paula Peter Piet Rita
    Robin Rosa Ruth Sam Sara Simon Sofia Stella Tess Theo Tim Tina Tom Una Vera Victor Wanda Will Yara Zoe Adam
    Agnes Alma Anton Astrid Basil Beth Boris Cecil Celia Chloe Conrad Cora Cyril David Della Derek Donna Edgar
    Elena Elias Elsa Esther Ethan Flora Frank Gerda Giles Gloria Grace Hector Heidi Henry Irma Jacob Janet Jonah
    Judy Lewis Lucas Lucy Magda Mabel Miles Molly Nelly Niels Philip Ralph Rosie Sonia Stefan Sven Thea Tilda
    Tobias Ursula Viola Walter Wendy
""")

LAST_NAMES = listed("""
    Abbot Adler Alder Archer Ash Atwood Bailey Barlow Barnes Beck Bell Benson Berg Birch Bishop Blake Bloom Bond
    Booth Bowen Brand Brook Brown Burke Burns Carter Chase Clay Cole Cook Cooper Craft Crane Cross Curtis Dale
    Dalton Davis Dean Dixon Doyle Drake Dunn Eaton Ellis Elm Evans Falk Farmer Field Finch Fisher Fleming Flint
    Ford Forest Foster Fox Frost Gale Gibson Glover Grant Gray Green Griffin Hale Hall Hardy Hart Hayes Heath
    Hill Holm Holt Hood Hunt Hunter Jensen Kane Keller Kent King Knight Lake Lamb Lane Larsen Lind Lowe Lund
    Marsh Mason Mead Miller Moss Nash North Oak Olsen Page Palmer Park Parker Payne Pearce Perry Poole Porter
    Potter Quinn Reed Rhodes Rivers Rowe Sharp Shaw Snow Stone Swan Abel Allen Arnold Ashby Baker Banks Barton
    Baxter Berry Bird Bolton Boyd Briggs Bryant Bullock Butler Byrne Cannon Chapman Clark Clifford Coleman
    Conway Crawford Dawson Dawes Denton Dickson Duffy Dyer Emery Farrell Fenton Floyd Fowler Franklin Fuller
    Gardner Gibbs Godwin Gordon Graham Hanson Harper Harris Hewitt Hobbs Howard Hughes Irving Jarvis Jordan
    Joyce Kemp Kirby Lambert Lawson Lloyd Logan Mercer Monroe Morris Murphy Nelson Norton Osborn Owens Preston
    Ramsey
""")

TOWNS = listed("""
    Alton Amber Barrow Belford Brant Calder Carley Corby Dalby Denby Dover Elford Elmsby Fallow Farley Garby
    Glen Hadley Harby Holmby Kelby Kirton Lindale Lorby Malton Mersey Milford Norby Oakley Orton Penby Radley
    Ripley Selby Stanby Tarley Thornby Upton Welby Wilton
""")

JOBS = listed("""
    actor artist baker barber builder butcher carpenter chemist clerk cleaner coach cook dancer dentist doctor
    driver farmer fireman fisherman gardener guard hunter judge lawyer librarian mechanic miner nurse painter
    pilot plumber poet postman sailor singer soldier tailor teacher waiter writer
""")

MEALS = listed("""
    apples bananas beans beef bread butter cabbage cake carrots cheese cherries chicken chocolate cookies corn
    eggs fish grapes ham honey jam lemons melons mushrooms noodles nuts olives onions oranges pancakes pasta
    peaches pears peas pizza plums potatoes rice salad soup
""")

PETS = listed("""
    bird canary cat crab dog donkey duck fish frog goat goose hamster hen horse lamb lizard mouse parrot pig
    pony rabbit rat sheep snail snake spider swan turtle
""")

COLOURS = listed("black blue brown gold green grey orange pink purple red silver white yellow")

HOBBIES = listed("""
    baking boxing camping chess climbing cooking cycling dancing diving drawing fencing fishing football
    gardening golf hiking hockey juggling knitting painting photography poetry reading riding rowing running
    sailing sewing singing skating skiing surfing swimming tennis walking yoga
""")

DRINKS = """beer cider cocoa coffee cola juice lemonade milk mint-tea punch soda syrup tea tonic water wine""".replace(
    "mint-tea", "broth"
).split()

MONTHS = listed("January February March April May June July August September October November December")
DAYS = listed("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")

PLACE_FRONTS = listed("""
    Apple Bear Black Bright Cold Copper Deep Dry Eagle East Far Golden High Iron Little Long Low Misty New Old
    Red Round Silent Silver South Sunny Upper Wild Windy Wolf
""")
PLACE_BACKS = listed("""
    Bay Beach Bridge Castle Cliff Corner Creek Farm Garden Gate Harbour Haven House Island Meadow Mill Mountain
    Pass Point Pond Rock Spring Tower Valley Village Well Wood Yard
""")
REGIONS = listed("Arden Borland Cumber Dorne Estmark Fenland Galloway Highmark Kester Lowmark Norland Weston")
RIVERS = listed("""
    Avel Brenn Carrow Darent Esker Feld Gantle Irwen Kell Loden Marrow Nidd Orwell Rother Severn Tamar
""")
GOODS = listed("""
    bells boats boots bottles brooms candles chairs clocks coats dolls drums flutes gloves hats kites lamps
    knives masks pots ropes rugs shoes swords toys
""")

NUMBERS = listed("""
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen
""")
TENS = listed("twenty thirty forty fifty sixty seventy eighty ninety")

OPPOSITES = listed("""
    hot-cold big-small tall-short fast-slow happy-sad old-young wet-dry light-dark hard-soft full-empty
    open-closed good-bad high-low rich-poor strong-weak clean-dirty early-late loud-quiet up-down left-right
    in-out day-night yes-no black-white new-ancient thick-thin wide-narrow deep-shallow heavy-weightless
    sweet-sour near-far first-last true-false alive-dead awake-asleep sick-healthy brave-afraid cheap-expensive
    easy-difficult safe-dangerous begin-end push-pull give-take laugh-cry love-hate win-lose buy-sell come-go
    sit-stand remember-forget
""")

# category: singular with article -> members (singular)
CATEGORIES = {
    "an animal": listed("""
    dog cat horse cow pig sheep goat lion tiger bear wolf elephant mouse rabbit monkey camel
"""),
    "a bird": listed("duck goose swan owl eagle hen parrot crow"),
    "a fruit": listed("apple pear plum banana cherry grape lemon peach melon orange"),
    "a vegetable": listed("carrot onion potato cabbage bean pea"),
    "a tool": listed("hammer saw drill axe spade rake wrench needle"),
    "a colour": listed("red blue green yellow black white brown purple"),
    "a piece of furniture": listed("table chair bed sofa desk shelf"),
    "a piece of clothing": listed("shirt coat hat sock shoe glove scarf skirt"),
    "an instrument": listed("piano guitar violin drum flute trumpet"),
    "a vehicle": listed("car bus train bicycle truck boat tram"),
    "a part of the body": listed("hand foot head nose ear arm leg eye"),
    "a metal": listed("iron copper tin lead zinc"),
}

# smallest first; only animals far enough apart to argue about are listed
SIZES = listed("""
    ant bee snail mouse frog rat hen rabbit cat goose dog goat sheep pig wolf lion bear horse camel rhino
    elephant whale
""")

# animal: (legs, sound, home, covering, food)
ANIMALS = {
    "dog": ("four", "barks", "a house", "fur", "meat"),
    "cat": ("four", "meows", "a house", "fur", "fish"),
    "cow": ("four", "moos", "a field", "hair", "grass"),
    "horse": ("four", "neighs", "a stable", "hair", "grass"),
    "sheep": ("four", "bleats", "a field", "wool", "grass"),
    "pig": ("four", "grunts", "a sty", "skin", "corn"),
    "duck": ("two", "quacks", "a pond", "feathers", "weeds"),
    "hen": ("two", "clucks", "a coop", "feathers", "corn"),
    "owl": ("two", "hoots", "a tree", "feathers", "mice"),
    "lion": ("four", "roars", "the grassland", "fur", "meat"),
    "wolf": ("four", "howls", "the forest", "fur", "meat"),
    "bear": ("four", "growls", "a cave", "fur", "honey"),
    "mouse": ("four", "squeaks", "a hole", "fur", "cheese"),
    "frog": ("four", "croaks", "a pond", "skin", "flies"),
    "bee": ("six", "buzzes", "a hive", "hair", "nectar"),
    "snake": ("no", "hisses", "the grass", "scales", "mice"),
    "crow": ("two", "caws", "a tree", "feathers", "seeds"),
    "goose": ("two", "honks", "a pond", "feathers", "grass"),
    "goat": ("four", "bleats", "a farm", "hair", "leaves"),
    "rabbit": ("four", "squeaks", "a burrow", "fur", "carrots"),
}

# job: (tool, what is done)
TRADES = {
    "baker": ("an oven", "bakes bread"),
    "barber": ("scissors", "cuts hair"),
    "carpenter": ("a saw", "makes chairs"),
    "cook": ("a pan", "makes meals"),
    "dentist": ("a drill", "mends teeth"),
    "doctor": ("a needle", "helps sick people"),
    "driver": ("a bus", "drives people to town"),
    "farmer": ("a tractor", "grows food"),
    "fisherman": ("a net", "catches fish"),
    "gardener": ("a rake", "grows flowers"),
    "miner": ("a lamp", "digs for coal"),
    "painter": ("a brush", "paints walls"),
    "pilot": ("a plane", "flies planes"),
    "plumber": ("a wrench", "mends pipes"),
    "postman": ("a bag", "brings letters"),
    "sailor": ("a ship", "sails the sea"),
    "tailor": ("a needle", "makes clothes"),
    "teacher": ("a board", "teaches children"),
    "waiter": ("a tray", "brings food to the table"),
    "writer": ("a pen", "writes books"),
}

# short texts for "Tell me about ..."
TOPICS = {
    "the moon": "The moon goes around the earth. It shines at night. Sometimes it is round and sometimes it is thin. "
    "It has no air and no water to drink.",
    "the sun": "The sun is a star. It is very big and very hot. It gives light and warmth to the earth. "
    "It comes up in the morning and goes down in the evening.",
    "the sea": "The sea is big and deep. Its water is salty. Many fish live in it. Ships sail on it from land to land.",
    "rain": "Rain is water that falls from clouds. It makes the streets wet. Flowers and trees need it to grow.",
    "snow": "Snow is frozen water. It is white and cold. It falls in winter. Children like to play in it.",
    "winter": "Winter is the cold time of the year. The days are short and the nights are long. Sometimes it snows.",
    "summer": "Summer is the warm time of the year. The days are long. People swim in the sea and eat fruit.",
    "a tree": "A tree is a tall plant. It has roots, a trunk and leaves. Birds build their nests in it.",
    "a house": "A house is a place to live in. It has walls, a roof, a door and windows. A family lives in it.",
    "a river": "A river is water that runs through the land. It begins in the mountains. It ends in the sea.",
    "a garden": "A garden is a place for flowers and trees. Bees and birds visit it. A gardener takes care of it.",
    "bread": "Bread is food. A baker bakes it in an oven. People eat it with butter, cheese or jam.",
    "milk": "Milk is white and good to drink. It comes from cows and goats. Cheese and butter are made of it.",
    "books": "Books are made of paper. They tell stories and teach us things. You can find many of them in a library.",
    "a clock": "A clock shows the time. It has two hands. One shows the hours and one shows the minutes.",
    "a bicycle": "A bicycle has two wheels. You sit on it and push with your feet. It needs no fuel.",
    "a train": "A train is long and fast. It runs on rails. It takes many people from town to town.",
    "music": "Music is sound that people like to hear. You can sing it or play it. A piano and a drum make music.",
    "a school": "A school is a place to learn. Teachers teach there. Children learn to read, write and count.",
    "the night": "At night it is dark. The moon and the stars shine. Most people sleep, but the owl is awake.",
}
SPELLED = listed("""
    dog cat sun moon tree house bread milk water apple table chair horse mouse green black white seven three
    river stone snow rain book door hand foot head fish bird lion bear wolf sheep goat duck road ship train
    clock lamp coat shoe king queen boy girl day night star
""")
