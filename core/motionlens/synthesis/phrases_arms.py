"""Phrasings of arm, hand and head actions. See ``phrases_locomotion`` for the conditions."""

from __future__ import annotations

_WIDE = ("in big movements", "widely", "with big movements", "vigorously")
_LITTLE = ("slightly", "a little", "with small movements", "subtly")
_SMALL_STROKES = ("with small movements", "in small movements", "just a little")
_HIGH = ("high", "very high", "as high as possible")
_LOW = ("a little", "slightly", "halfway")

ARMS: dict[str, dict[str, tuple[str, ...]]] = {
    "wave": {
        "": (
            "*wave with {hand}", "*wave {hand}", "*wave {arm}", "*raise {hand} and *wave", "*wave (hello|hi) [with {hand}]", "*wave goodbye [with {hand}]", "*say (hello|hi|bye) by waving {hand}", "*greet someone by waving {hand}", "*greet someone [with a wave of {hand}]",
            "*signal [to someone] with {hand}", "*move {hand} from side to side (in greeting|to say hello)", "*lift {arm} and *wave", "*wave at someone [with {hand}]", "*wave {hand} in the air", "*wag {hand} in greeting", "*give a wave [with {hand}] ~",
        ),
        "both": ("*wave {arm} above {poss} head", "*wave both arms to get attention", "*flag someone down with {arm}", "*wave {arm} (wildly|) in the air"),
        "tag single": ("{S} hand wave", "{S} arm wave", "wave", "hello wave", "waving {S} hand", "wave goodbye with {hand}"), "tag both": ("both hands wave", "waving both arms", "two-handed wave", "wave"),
        "with": ("{hand} waving", "{arm} waving"), "hyper": ("*say hello ~", "*greet someone ~", "*gesture with {hand}"), "+small": _LITTLE, "+large": _WIDE,
    },
    "clap": {
        "": ("*clap {poss} hands", "*clap", "*applaud ~", "*give a round of applause ~", "*bring {poss} hands together to clap", "*clap (in applause|to a beat|to the music)", "*put {poss} hands together and apart, clapping", "*cheer by clapping", "*smack {poss} hands together", "*do {#clap}", "*strike {poss} palms together"),
        "style=overhead": ("*clap {poss} hands above {poss} head", "*clap overhead", "*clap with hands over {poss} head", "*raise {poss} arms and *clap above the head", "*applaud with hands high in the air ~", "*clap high over {poss} head", "*bring {poss} hands together over the head", "*do {#overhead clap}"),
        "tag": ("clap", "clapping", "{#clap}", "applause"), "tag style=overhead": ("overhead clap", "{#overhead clap}", "clapping above the head"), "with": ("{poss} hands clapping",),
        "+small": _LITTLE, "+large": _WIDE,
    },
    "raise_arm": {
        "dir=up": ("*raise {arm}", "*raise {hand} up", "*lift {arm} [up]", "*put {hand} up", "*put {arm} up in the air", "*raise {arm} above {poss} head", "*hold {arm} up", "*raise {hand} as if to (ask a question|answer in class|volunteer)", "*lift {arm} overhead", "*reach {arm} up to the sky", "*stick {arm} up in the air"),
        "dir=forward": ("*raise {arm} forward", "*raise {arm} in front of {self}", "*lift {arm} out in front", "*extend {arm} forward", "*hold {arm} out in front", "*stretch {arm} out to the front", "*reach forward with {arm}", "*bring {arm} up to shoulder height in front", "*put {arm} out straight ahead", "*stick {arm} out in front of {self}"),
        "dir=side": ("*raise {arm} to the side", "*lift {arm} out to the side", "*extend {arm} sideways", "*hold {arm} out to the side", "*stretch {arm} out sideways", "*spread {arm} out to the side", "*raise {arm} sideways to shoulder height", "*stick {arm} out to the side", "*bring {arm} up laterally", "*reach {arm} out to the side"),
        "dir=side both": ("*make a t-pose with {poss} arms", "*spread {poss} arms [wide]", "*hold {poss} arms out like (a scarecrow|wings)"),
        "tag single": ("{S} arm raise", "raise {S} arm", "{S} arm up", "arm raise"), "tag single dir=forward": ("{S} arm forward raise", "{S} arm out front"), "tag single dir=side": ("{S} lateral raise", "{S} arm out to the side"),
        "tag both": ("both arms raise", "raise both arms", "two-arm raise"), "tag both dir=up": ("hands up", "arms up"), "tag both dir=side": ("arms out to the sides", "t-pose arms"), "tag both dir=forward": ("arms out front", "zombie arms"),
        "tag single dir=up": ("{S} hand up", "raising {S} hand"), "with dir=up": ("{arm} raised", "{hand} in the air"), "with dir=forward": ("{arm} stretched out in front",), "with dir=side": ("{arm} held out to the side",), "+small": _LOW, "+large": _HIGH,
    },
    "swing_arms": {
        "": ("*swing {poss} arms back and forth", "*swing {arm+}", "*swing {poss} arms [forward and back]", "*swing {poss} arms loosely", "*let {poss} arms swing", "*move {poss} arms back and forth", "*warm up by swinging {poss} arms", "*swing {poss} arms like pendulums", "*pump {poss} arms forward and backward", "*throw {poss} arms forward and back", "*loosen {poss} shoulders with arm swings", "*do {#arm swing}"),
        "tag": ("arm swings", "{#arm swing}", "swinging arms", "arm swing warm-up"), "with": ("{arm+} swinging",), "hyper": ("*warm up ~", "*move {poss} arms"), "+small": _SMALL_STROKES, "+large": _WIDE,
    },
    "arm_circle": {
        "": ("*make {d} circles with {arm}", "*circle {arm} {d}", "*rotate {arm} {d}", "*swing {arm} in circles [{d}]", "*make circles with {arm}", "*do {#arm circle} {d} with {arm}", "*windmill {arm} {d}", "*spin {arm} {d}", "*draw {#big circle} in the air with {arm}", "*roll {arm} around {d}", "*move {arm} in a circular motion [{d}]", "*rotate {poss} shoulders, circling {arm} {d}", "*warm up the shoulders by circling {arm} {d}"),
        "tag single": ("{S} arm circle", "{S} arm circles {d}", "arm circles", "{#arm circle} {d}"), "tag both": ("arm circles {d}", "both arms circling", "windmill arms"), "with": ("{arm} circling", "{arm} going around in circles"), "hyper": ("*warm up ~", "*move {arm}"), "+small": ("with small movements",), "+large": ("widely", "with big movements"),
    },
    "point": {
        "dir=forward": ("*point forward with {hand}", "*point straight ahead [with {hand}]", "*point at something in front of {self} [with {hand}]", "*aim a finger forward with {hand}", "*show the way ahead with {hand}", "*stretch out {arm} and *point ahead", "*point at someone [with {hand}]", "*extend {arm} to point at something", "*direct a finger at someone [with {hand}]"),
        "dir=up": ("*point up with {hand}", "*point upwards [with {hand}]", "*point at the (sky|ceiling) [with {hand}]", "*point to something above with {hand}", "*raise {arm} to point up", "*aim a finger at the sky with {hand}", "*point overhead [with {hand}]", "*show something up high by pointing with {hand}"),
        "dir=side": ("*point to the side with {hand}", "*point to the {S} [with {hand}]", "*point sideways [with {hand}]", "*point out to {poss} {S} side", "*show the way to the {S} by pointing", "*stretch {arm} out sideways and *point", "*indicate something to the {S}", "*point at something off to the {S}"),
        "dir=down": ("*point down with {hand}", "*point at the (ground|floor) [with {hand}]", "*point downwards [with {hand}]", "*point to something on the floor with {hand}", "*aim a finger at the ground with {hand}", "*indicate a spot on the floor with {hand}", "*direct a finger towards the ground [with {hand}]", "*point to the floor in front of {self} [with {hand}]"),
        "": ("*point with {hand}", "*point {hand} at something", "*point at something [with {hand}]"),
        "tag": ("point", "{S} hand point", "pointing {dir}", "point {dir} with {S} hand", "{S} hand pointing {dir}"), "with": ("{hand} pointing {dir}", "{arm} pointing {dir}"), "hyper": ("*gesture with {hand}", "*indicate something"),
    },
    "beckon": {
        "": ("*beckon with {hand}", "*beckon someone over [with {hand}]", "*gesture to come here with {hand}", "*signal someone to come closer [with {hand}]", "*call someone over with {hand}", "*wave someone over [with {hand}]", "*motion for someone to come [with {hand}]", "*invite someone closer with {hand}", "*make a come here gesture [with {hand}]", "*curl {hand} to call someone near", "*wave someone in with {hand}", "*ask someone to follow with a gesture of {hand}"),
        "tag": ("beckon", "come here gesture", "{S} hand beckon", "beckoning", "call over with {S} hand"), "with": ("{hand} beckoning",), "hyper": ("*gesture with {hand}", "*signal to someone"),
    },
    "salute": {
        "": ("*salute with {hand}", "*salute", "*give a salute [with {hand}]", "*salute like a soldier [with {hand}]", "*raise {hand} to {poss} (forehead|brow) in a salute", "*do a military salute [with {hand}]", "*put {hand} to {poss} forehead like a soldier", "*salute someone [with {hand}]", "*bring {hand} up to {poss} temple to salute", "*greet an officer with a salute [of {hand}]", "*hold {hand} to {poss} brow, saluting", "*pay respect with a military salute"),
        "tag": ("salute", "{S} hand salute", "military salute", "soldier salute"), "with": ("{hand} saluting", "{hand} in a salute"),
    },
    "drink": {
        "": ("*drink with {hand}", "*drink from a (cup|glass|bottle) [with {hand}]", "*take a (drink|sip) [with {hand}]", "*bring a (cup|glass|bottle) to {poss} mouth with {hand}", "*sip (a drink|coffee|tea) [with {hand}]", "*drink (something|water|a beverage) [with {hand}]", "*have a drink [with {hand}]", "*raise a (cup|glass) to {poss} lips [with {hand}]", "*gulp something down from a bottle [with {hand}]", "*lift {hand} to {poss} mouth to drink", "*drink a beer [with {hand}]", "*tip a glass back with {hand}", "*take a swig from a bottle held in {hand}"),
        "tag": ("drink", "drinking", "{S} hand drink", "drink from a cup", "drinking coffee"), "with": ("a drink in {hand}",),
    },
    "eat": {
        "": ("*eat with {hand}", "*eat something [with {hand}]", "*bring food to {poss} mouth [with {hand}]", "*eat (food|a snack|a sandwich|an apple) [with {hand}]", "*put food in {poss} mouth with {hand}", "*take {#bite} of food [with {hand}]", "*have a (meal|snack|bite to eat) [with {hand}] ~", "*feed {self} with {hand}", "*munch on something [with {hand}]", "*lift {hand} to {poss} mouth to eat", "*take {#bite} from something in {hand}", "*snack on something [held in {hand}] ~"),
        "tag": ("eat", "eating", "{S} hand eating", "eating a snack", "{#bite} of food"),
    },
    "phone": {
        "": ("*talk on the phone [with {hand}]", "*hold a phone to {poss} ear with {hand}", "*be on the phone", "*answer a phone call [with {hand}]", "*make a phone call [with {hand}]", "*speak on a phone held in {hand}", "*take a call, phone in {hand}", "*bring {hand} to {poss} ear as if on the phone", "*call someone [with a phone in {hand}]", "*chat on the phone [with {hand}]", "*hold {hand} to {poss} ear, talking on a cell phone", "*pick up the phone with {hand} and *listen", "*have a phone conversation", "*talk into a mobile phone [held in {hand}]"),
        "tag": ("phone call", "person on the phone", "talking on the phone", "phone in {S} hand", "{S} hand phone call"), "with": ("a phone held to {poss} {S} ear", "a phone in {hand}"), "+slow": (), "+fast": (),
    },
    "scratch_head": {
        "": ("*scratch {poss} head with {hand}", "*scratch {poss} head", "*put {hand} on {poss} head and *scratch", "*rub {poss} head with {hand}", "*scratch the top of {poss} head [with {hand}]", "*scratch {poss} head in confusion [with {hand}]", "*scratch {poss} head as if thinking [with {hand}]", "*raise {hand} to scratch {poss} head", "*look puzzled, scratching {poss} head [with {hand}]", "*bring {hand} up to an itch on {poss} head", "*scratch {poss} scalp [with {hand}]", "*wonder about something with {hand} scratching the head"),
        "tag": ("head scratch", "scratching head", "{S} hand head scratch", "confused head scratch", "thinking gesture"), "with": ("{hand} scratching {poss} head",), "hyper": ("*think about something",),
    },
    "wipe": {
        "": ("*wipe a surface with {hand}", "*wipe something [with {hand}]", "*wipe a (window|table|wall) [with {hand}]", "*clean (a window|a surface|something) [with {hand}]", "*wash a (window|wall) [with {hand}]", "*move {hand} side to side as if wiping something", "*polish a (window|surface) with {hand}", "*scrub something [with {hand}]", "*rub a surface clean with {hand}", "*wipe back and forth [with {hand}]", "*clean a surface in front of {self} [with {hand}]", "*swipe {hand} over something to clean it", "*dust something off with {hand}"),
        "tag": ("wipe", "window cleaning", "{S} hand wipe", "wiping a surface", "cleaning with {S} hand"), "with": ("{hand} wiping something",), "+small": _SMALL_STROKES, "+large": ("with big sweeps", "in big strokes", "widely"),
    },
    "knock": {
        "": ("*knock on a door with {hand}", "*knock on a door [with {hand}]", "*knock [with {hand}]", "*rap on a door [with {fist}]", "*knock at the door [with {hand}]", "*bang on a door with {fist}", "*tap on a door [with {hand}]", "*raise {fist} and *knock", "*hit a door with the knuckles of {hand}", "*pound on a door with {fist}", "*announce {self} by knocking on a door ~", "*knock on something in front of {self} [with {hand}]"),
        "tag": ("knock", "door knock", "{S} hand knock", "knocking on a door", "{#knock} on a door"), "with": ("{fist} knocking on something",), "+small": ("lightly", "softly", "gently"), "+large": ("hard", "loudly", "forcefully"),
    },
    "stir": {
        "": ("*stir something with {hand}", "*stir a pot [with {hand}]", "*stir (something|soup|a drink) [with {hand}]", "*stir something in a bowl [with {hand}]", "*mix something [in a bowl] [with {hand}]", "*make a stirring motion with {hand}", "*stir food while cooking [with {hand}]", "*whisk something with {hand}", "*move {hand} in small circles as if stirring a pot", "*use {hand} to stir a pot", "*cook, stirring with {hand}", "*blend ingredients in a bowl with {hand}"),
        "tag": ("stir", "stirring a pot", "{S} hand stir", "mixing", "cooking stir"), "with": ("{hand} stirring something",), "hyper": ("*cook ~", "*prepare food ~"), "+small": _SMALL_STROKES, "+large": ("in big circles", "vigorously"),
    },
    "hammer": {
        "": ("*hammer with {hand}", "*hammer something [with {hand}]", "*hammer a nail [with {hand}]", "*swing a hammer [with {hand}]", "*hit something with a hammer [in {hand}]", "*pound something with a hammer [in {hand}]", "*strike down with a hammer in {hand}", "*bang {fist} down", "*use a hammer [with {hand}]", "*beat down on something with {fist}", "*drive a nail in [with {hand}]", "*bring {fist} down like a hammer", "*do some hammering with {hand} ~"),
        "tag": ("hammering", "hammer a nail", "{S} hand hammer", "hammer swing", "hammer strike [with {hand}]"), "with": ("{hand} hammering",), "hyper": ("*do some work with a tool ~",), "+small": ("lightly", "gently"), "+large": ("hard", "with big swings", "forcefully"),
    },
    "grab_high": {
        "": ("*reach up and *grab something with {hand}", "*grab something from a high shelf [with {hand}]", "*reach up to get something [with {hand}]", "*take something down from above with {hand}", "*reach overhead and *take something [with {hand}]", "*stretch up with {arm} to grab something", "*pick something off a high shelf [with {hand}]", "*reach for something high [with {hand}]", "*pluck something from above [with {hand}]", "*pick fruit from a tree with {hand}", "*get something from the top shelf with {hand}", "*raise {arm} to take hold of something overhead"),
        "tag": ("reach up", "{S} hand high grab", "high reach", "grab from a shelf", "reach up with {S} hand"), "with": ("{hand} reaching for something above",),
    },
    "shrug": {
        "": ("*shrug", "*shrug {poss} shoulders", "*raise {poss} shoulders in a shrug", "*lift {poss} shoulders and *drop them", "*shrug as if to say i don't know", "*give {#shrug}", "*show with a shrug that they don't know ~", "*shrug in confusion", "*shrug with indifference", "*raise and *lower {poss} shoulders", "*hunch {poss} shoulders up, palms out", "*gesture that they have no idea ~"),
        "tag": ("shrug", "shoulder shrug", "{#shrug}", "i don't know gesture", "confused shrug"), "+small": _LITTLE, "+large": ("exaggeratedly", "dramatically"),
    },
    "cross_arms": {
        "": ("*cross {poss} arms", "*fold {poss} arms", "*cross {poss} arms over {poss} chest", "*fold {poss} arms in front of {poss} chest", "*put {poss} arms across the chest", "*cross {poss} arms (angrily|impatiently|defiantly)", "*fold {poss} arms across {poss} body", "*keep {poss} arms crossed", "*hold {poss} arms folded", "*bring {poss} arms together across {poss} chest", "*strike a pose with crossed arms", "*tuck {poss} hands under the opposite arms"),
        "tag": ("crossed arms", "folded arms", "arms crossed", "cross arms", "arms folded on the chest"), "with": ("{poss} arms crossed", "{poss} arms folded", "crossed arms"),
    },
    "hands_on_hips": {
        "": ("*put {poss} hands on {poss} hips", "*place {poss} hands on {poss} hips", "*hold {poss} hands on {poss} hips", "*rest {poss} hands on {poss} hips", "*keep {poss} hands on {poss} hips", "*set {hand+} on {poss} waist", "*strike a superhero pose", "*hold {poss} waist with {hand+}", "*put {hand+} at {poss} waist", "*stick {poss} elbows out, hands on hips", "*take an akimbo pose", "*bring {hand+} to {poss} hips"),
        "tag": ("hands on hips", "arms akimbo", "hands on hips pose", "superhero pose"), "with": ("{poss} hands on {poss} hips", "hands on hips", "arms akimbo"),
    },
    "flap_arms": {
        "": ("*flap {poss} arms", "*flap {poss} arms like (wings|a bird)", "*flap {arm+} up and down", "*move {poss} arms like a bird", "*pretend to fly", "*flap like a (bird|chicken)", "*beat {poss} arms up and down like wings", "*act like a bird", "*raise and *lower {poss} arms like wings", "*imitate a (bird|chicken) by flapping {poss} arms", "*wave {arm+} up and down at the sides", "*flutter {poss} arms as if flying"),
        "tag": ("arm flapping", "bird flap", "flapping arms", "flying like a bird", "chicken dance arms"), "with": ("{arm+} flapping", "{poss} arms flapping like wings"), "+small": _LITTLE, "+large": _WIDE,
    },
    "stretch_up": {
        "": ("*stretch {poss} arms up", "*stretch up [with {arm+}]", "*stretch {poss} arms overhead", "*reach for the sky with {hand+}", "*stretch {self} tall", "*stretch as if just waking up", "*reach up high with {arm+}", "*extend {poss} arms overhead in a stretch", "*have a good stretch", "*stretch upwards with {hand+} over {poss} head", "*raise {arm+} for a long stretch", "*stretch and *yawn", "*lengthen {poss} body with {arm+} overhead"),
        "tag": ("stretch", "overhead stretch", "stretching up", "morning stretch", "reach for the sky"), "with": ("{poss} arms stretched up",), "hyper": ("*stretch ~",),
    },
    "swim": {
        "": ("*swim", "*move {poss} arms as if swimming", "*make swimming motions with {poss} arms", "*pretend to swim", "*do {#swimming stroke}", "*imitate swimming", "*swim in the air"),
        "style=crawl": ("*swim the front crawl", "*swim freestyle", "*do the crawl stroke", "*make front crawl strokes with {poss} arms", "*swim with alternating arm strokes", "*move {poss} arms like a freestyle swimmer", "*do {#front crawl stroke}", "*swim forward, reaching one arm over after the other", "*windmill {poss} arms as if swimming freestyle", "*pretend to swim freestyle"),
        "style=breaststroke": ("*swim the breaststroke", "*do the breaststroke", "*make breaststroke motions with {poss} arms", "*swim breaststroke style", "*part {poss} hands in front as if swimming breaststroke", "*do {#breaststroke stroke}", "*push {poss} arms out to the sides as in breaststroke", "*swim like a frog", "*sweep {arm+} apart in a breaststroke", "*pretend to swim the breaststroke"),
        "tag": ("swim", "swimming", "swimming motion", "swim strokes"), "tag style=crawl": ("front crawl", "freestyle swimming"), "tag style=breaststroke": ("breaststroke", "breaststroke swimming"), "with": ("{poss} arms making swimming motions",), "+small": _SMALL_STROKES, "+large": ("in big strokes", "with big movements"),
    },
    "play_guitar": {
        "": ("*play the guitar", "*play guitar, strumming with {hand}", "*play a guitar [with {hand} strumming]", "*strum a guitar [with {hand}]", "*play air guitar [{S-handed}]", "*jam on a guitar", "*pretend to play the guitar", "*strum with {hand} as if playing guitar", "*rock out on the guitar", "*hold a guitar and *strum [with {hand}]", "*pluck the strings of a guitar with {hand}", "*perform a song on the guitar"),
        "tag": ("guitar playing", "air guitar", "play guitar", "{S-handed} guitar", "strumming a guitar"), "with": ("{hand} strumming a guitar",), "hyper": ("*play (an instrument|music)",),
    },
    "play_violin": {
        "": ("*play the violin", "*play a violin", "*pretend to play the violin", "*draw a bow across a violin", "*play the fiddle", "*move {poss} arm as if bowing a violin", "*hold a violin and *play it", "*mime playing the violin", "*perform on the violin", "*act like a violinist", "*bow a violin", "*play air violin"),
        "tag": ("violin playing", "play violin", "fiddle", "playing the violin", "violinist"), "hyper": ("*play (an instrument|music)",),
    },
    "play_piano": {
        "": ("*play the piano", "*play a piano", "*play the keyboard", "*pretend to play the piano", "*move {poss} fingers over piano keys", "*play a tune on the piano", "*press piano keys with {hand+}", "*mime playing the piano", "*act like a pianist", "*perform on the piano", "*tap on a keyboard with {hand+}", "*play air piano"),
        "tag": ("piano playing", "play piano", "pianist", "playing the keyboard"), "hyper": ("*play (an instrument|music)",),
    },
    "cover_face": {
        "": ("*cover {poss} face with {hand+}", "*cover {poss} face", "*hide {poss} face in {poss} hands", "*put {hand+} over {poss} face", "*bury {poss} face in {poss} hands", "*cover {poss} eyes [with {hand+}]", "*shield {poss} face with {hand+}", "*bring {hand+} up to {poss} face", "*hold {hand+} in front of {poss} face", "*cry into {poss} hands", "*protect {poss} face with {hand+}", "*hide behind {poss} hands"),
        "tag": ("cover face", "covering face", "face in hands", "crying into hands", "hiding the face"), "with": ("{hand+} over {poss} face", "{poss} face in {poss} hands"),
    },
    "hug": {
        "": ("*hug someone", "*give someone a hug", "*embrace someone", "*wrap {poss} arms around someone", "*open {poss} arms and *hug someone", "*put {poss} arms around someone", "*give a hug", "*hold someone in {poss} arms", "*pull someone into an embrace", "*hug an invisible person", "*bring {arm+} together in an embrace", "*greet someone with a hug", "*cuddle someone"),
        "tag": ("hug", "hugging", "embrace", "hug someone"), "+small": ("lightly",), "+large": ("with wide open arms", "warmly"),
    },
    "pray": {
        "": ("*pray", "*put {poss} hands together in prayer", "*hold {poss} palms together in front of {poss} chest", "*press {poss} hands together as if praying", "*fold {poss} hands in prayer", "*say a prayer", "*join {poss} hands to pray", "*hold {poss} hands in a prayer position", "*clasp {poss} hands and *pray", "*bring {poss} palms together", "*make a namaste gesture", "*beg with {poss} hands pressed together"),
        "tag": ("prayer", "praying", "prayer hands", "namaste"), "+slow": (), "+fast": (), "with": ("{poss} hands together in prayer", "{poss} palms pressed together"),
    },
    "conduct": {
        "": ("*conduct an orchestra", "*conduct an orchestra with {hand+}", "*conduct music", "*wave {poss} arms like a conductor", "*lead an orchestra", "*conduct a choir", "*move {poss} arms like an orchestra conductor", "*direct (an orchestra|musicians) with {hand+}", "*beat time with {hand+} like a conductor", "*conduct a symphony", "*act as the conductor of a band", "*swing {poss} hands to conduct (a piece|a song)"),
        "tag": ("conducting", "orchestra conductor", "conduct an orchestra", "conductor gestures"), "with": ("{arm+} conducting",), "+small": _SMALL_STROKES, "+large": _WIDE,
    },
    "nod": {
        "": ("*nod {poss} head", "*nod", "*nod yes", "*nod in agreement", "*move {poss} head up and down", "*agree with a nod ~", "*bob {poss} head up and down", "*say yes with {poss} head", "*tip {poss} head forward and back", "*give {#nod}", "*nod in approval", "*shake {poss} head yes"),
        "tag": ("nod", "head nod", "{#nod}", "nodding yes"), "with": ("{poss} head nodding",), "+small": _LITTLE, "+large": ("deeply", "vigorously"),
    },
    "shake_head": {
        "": ("*shake {poss} head", "*shake {poss} head no", "*shake {poss} head in disagreement", "*say no with {poss} head", "*turn {poss} head from side to side", "*move {poss} head left and right", "*disagree by shaking {poss} head", "*shake {poss} head in (disbelief|refusal)", "*swing {poss} head back and forth", "*refuse with a shake of the head ~", "*signal no with {poss} head", "*rotate {poss} head left and right"),
        "tag": ("head shake", "shaking head no", "head shaking"), "with": ("{poss} head shaking",), "+small": _LITTLE, "+large": ("vigorously", "widely"),
    },
    "look": {
        "dir=left,right": ("*look {dir}", "*turn {poss} head {dir}", "*glance {dir}", "*look over {dir}", "*gaze {dir}", "*turn {poss} head to look {dir}", "*look over {poss} {d} shoulder", "*peek {dir}", "*face {dir} with just the head", "*check what is to the {d}", "*rotate {poss} head {dir}"),
        "dir=up": ("*look up", "*look up at the (sky|ceiling)", "*tilt {poss} head back", "*raise {poss} head to look up", "*gaze up", "*glance upward", "*lift {poss} head", "*stare up at something", "*look at something above", "*tip {poss} head up"),
        "dir=down": ("*look down", "*look down at the (floor|ground)", "*lower {poss} head", "*tilt {poss} head down", "*gaze down at {poss} feet", "*glance downward", "*hang {poss} head", "*drop {poss} gaze to the ground", "*stare at the floor", "*bend {poss} neck to look down"),
        "dir=around": ("*look around", "*look from side to side", "*look left and right", "*turn {poss} head to look around", "*scan the surroundings", "*look around as if searching for something", "*glance around", "*check the surroundings", "*survey the area", "*look about", "*turn {poss} head one way and then the other"),
        "tag dir=left,right": ("look {d}", "glance {dir}", "head turn {d}"), "tag dir=up": ("look up", "upward glance"), "tag dir=down": ("look down", "downward glance"), "tag dir=around": ("look around", "looking around"), "with dir=left,right": ("{poss} head turned {dir}",), "with dir=up": ("{poss} head tilted back",), "with dir=down": ("{poss} head lowered",), "hyper": ("*move {poss} head",),
    },
}  # fmt: skip
