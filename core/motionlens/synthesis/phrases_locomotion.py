"""Phrasings of the actions that move or step, and of standing.

Tables map an action to its phrases by condition. A condition is a role and facts, all optional:

- roles: none (a verb phrase), "tag" (a noun phrase that stands alone), "with" (follows "with" when
  overlaid), "hyper" (vague but true, used now and then), "+slow", "+fast", "+small", "+large" (adverbs
  in place of the general ones; none are used for extent unless given here);
- facts: "dir=a,b", "style=a", "single", "both" (sides), "one", "many" (counts), "slow", "fast" (speed),
  "small", "large" (amplitude).

The first phrase that holds is the plainest. The template language is explained in ``grammar``.
"""

from __future__ import annotations

_STRIDES_SMALL = ("with small steps", "taking short steps", "with short strides", "in small steps")
_STRIDES_LARGE = ("with long strides", "taking big steps", "with large steps", "with big strides")
_PACE_SLOW = ("slowly", "slowly", "at a slow pace", "at a leisurely pace", "leisurely", "very slowly",
               "unhurriedly", "without hurrying")  # fmt: skip
_PACE_FAST = ("quickly", "fast", "at a fast pace", "briskly", "rapidly", "hurriedly", "in a hurry", "swiftly")

LOCOMOTION: dict[str, dict[str, tuple[str, ...]]] = {
    "walk": {
        "": ("*walk {dir}",),
        "dir=forward": (
            "*walk {dir}", "*walk {dir} [in a straight line]", "*walk [straight]", "*take (a few|several) steps {dir}",
            "*go (forward|straight ahead) on foot", "*move {dir} (at a walk|on foot)", "*stroll {dir}",
            "*walk (a few steps|some steps|a short distance) [{dir}]", "*stride {dir}", "*walk (along|on|ahead)",
            "*advance (on foot|step by step)", "*step {dir}, one foot after the other", "*pace {dir}",
            "*take a walk",
        ),
        "dir=backward": (
            "*walk {dir}", "*walk (backwards|in reverse)", "*back (up|away) [on foot]", "*step back (several|a few) paces",
            "*take (a few|several) steps (back|backward|backwards)", "*move backwards on foot", "*retreat",
            "*back away [from something]", "*walk {dir} without turning around", "*walk in reverse",
            "*retreat (a few steps|step by step)", "*reverse (a few steps|on foot)",
        ),
        "style=proud": (
            "*walk {dir} proudly", "*strut {dir}", "*walk {dir} (with confidence|confidently|with pride)",
            "*swagger {dir}", "*walk {dir} with (the|{poss}) chest out", "*parade {dir} (proudly|like royalty)",
            "*walk {dir} like a (king|boss|model)", "*stride {dir} (boldly|proudly|confidently)",
            "*walk {dir} with head held high",
        ),
        "style=tired": (
            "*walk {dir} tiredly", "*walk {dir} (wearily|as if exhausted|as if tired)", "*trudge {dir}",
            "*plod {dir} [with heavy legs]", "*drag {self} {dir}", "*walk {dir} (sluggishly|lethargically|with low energy)",
            "*shuffle {dir} (wearily|with a slumped back|looking worn out)", "*walk {dir}, (exhausted|worn out|hunched over and tired)",
        ),
        "style=sneaking": (
            "*sneak {dir}", "*tiptoe {dir}", "*creep {dir} [quietly]", "*walk {dir} (stealthily|quietly|on tiptoe)",
            "*sneak {dir} (carefully|like a burglar|so as not to be heard)", "*walk {dir} (cautiously|sneakily), knees bent",
            "*prowl {dir}", "*move {dir} (stealthily|in a sneaky way|without making a sound)", "*skulk {dir}",
        ),
        "style=happy": (
            "*walk {dir} happily", "*walk {dir} (cheerfully|joyfully|merrily)", "*walk {dir} with a (bounce|spring) in {poss} step",
            "*bounce {dir} in a (good mood|happy walk)", "*walk {dir} (in a good mood|with a bouncy gait|as if happy)",
            "*walk {dir}, (full of joy|upbeat and bouncy)", "*stroll {dir} (cheerily|happily)",
        ),
        "style=drunk": (
            "*walk {dir} as if drunk", "*stagger {dir}", "*walk {dir} (drunkenly|unsteadily|like a drunk)",
            "*sway and *stagger {dir}", "*totter {dir} (drunkenly|out of balance)", "*wobble {dir} (as if drunk|unsteadily)",
            "*reel {dir} (like a drunk|as if intoxicated)", "*walk {dir}, swaying (from side to side|drunkenly)",
            "*weave {dir} as if (dizzy|drunk|tipsy)",
        ),
        "style=elderly": (
            "*walk {dir} like an old person", "*walk {dir} (with a stoop|hunched over like an elderly person)",
            "*shuffle {dir} (like an old man|with a bent back)", "*hobble {dir} (like a senior|as if very old)",
            "*walk {dir} (as if aged|like someone elderly|like a grandparent)", "*walk {dir} stooped (over|with age)",
            "*totter {dir} with a hunched back", "*shuffle {dir} in short steps, bent over",
        ),
        "tag dir=forward": ("walk", "walk", "forward walk", "walking", "walk cycle", "steps forward"),
        "tag dir=backward": ("backward walk", "walking backwards", "walk backwards", "backpedal"),
        "tag style=proud": ("proud walk", "confident walk", "strut", "swagger"),
        "tag style=tired": ("tired walk", "exhausted walk", "weary trudge", "sluggish walk"),
        "tag style=sneaking": ("sneaking", "stealthy walk", "tiptoeing", "sneaky walk", "creeping"),
        "tag style=happy": ("happy walk", "cheerful walk", "joyful walk", "bouncy walk"),
        "tag style=drunk": ("drunk walk", "drunken stagger", "staggering", "tipsy walk"),
        "tag style=elderly": ("elderly walk", "old man walk", "old person walking", "hunched walk"),
        "hyper": ("*move around", "*go somewhere on foot"),
        "+slow": _PACE_SLOW, "+fast": _PACE_FAST, "+small": _STRIDES_SMALL, "+large": _STRIDES_LARGE,
    },
    "walk_curve": {
        "": (
            "*walk in a curve {dir}", "*walk in an arc {dir}", "*veer {dir} while walking", "*walk {dir} in a curve",
            "*walk forward, (curving|veering|bending|drifting) {dir}", "*follow a curved path {dir}",
            "*curve {dir} while walking", "*walk forward and gradually *turn {dir}", "*walk around a (gentle|) bend to the {d}",
            "*make a wide {d} turn while walking", "*walk (in a half circle|in a semicircle|along a bend) {dir}",
            "*walk forward and *veer off {dir}", "*walk (in an arc|along an arc|on a curved path)", "*walk in a {d} curve",
        ),
        "tag": ("{d} curve walk", "walk curving {d}", "arc to the {d}", "curved walk {dir}"),
        "hyper": ("*walk", "*walk forward"),
        "+slow": _PACE_SLOW, "+fast": _PACE_FAST, "+small": _STRIDES_SMALL, "+large": _STRIDES_LARGE,
    },
    "walk_circle": {
        "": (
            "*walk in a circle [{d}]", "*walk in a {d} circle", "*walk {d} in a circle", "*walk around in a [{d}] circle",
            "*walk (a full|a complete|one) circle {dir}", "*circle around {dir} [on foot]", "*make a [{d}] circle (on foot|walking)",
            "*walk in circles [{dir}]", "*go around in a circle {dir}", "*walk round [{d}] (and back to where they started|in a loop)",
            "*walk in a loop {dir}", "*walk in a circle, always turning {turn}", "*walk around something {d}",
            "*pace around in a circle",
        ),
        "tag": ("{d} circle walk", "walking in circles", "walk in a [{d}] circle", "circular walk [{d}]"),
        "hyper": ("*walk around",),
        "+slow": _PACE_SLOW, "+fast": _PACE_FAST, "+small": (), "+large": _STRIDES_LARGE,
    },
    "walk_turn_back": {
        "": (
            "*walk forward, *turn around to the {d} and *walk back", "*walk forward, *turn {d} and *walk back",
            "*walk (forward|ahead), *make a {d} u-turn and *return", "*walk (there|out) and back, turning around {dir}",
            "*walk forward, *turn around [{dir}] and *come back [to where they started]", "*pace back and forth",
            "*walk (away|ahead) then *turn around [{dir}] and *walk back", "*walk to one end, *turn {dir} and *return",
            "*walk forward, *do a 180 [{dir}] and *go back", "*walk back and forth", "*walk, *turn back [{dir}] and *retrace {poss} steps",
            "*walk forward, *pivot {dir}, then *head back the way they came", "*walk up and *turn back, going around {dir}",
        ),
        "tag": ("walk and {d} turn back", "pacing back and forth", "walk with a {d} u-turn", "walk, turn around, walk back"),
        "+slow": _PACE_SLOW, "+fast": _PACE_FAST, "+large": _STRIDES_LARGE,
    },
    "zigzag": {
        "": (
            "*walk in a zigzag", "*zigzag forward", "*walk in a zig-zag (pattern|line|path)", "*walk forward in a zig zag (manner|motion)",
            "*weave (left and right|from side to side) while walking forward", "*walk in an s shape", "*weave back and forth as if around (cones|obstacles)",
            "*walk forward, turning one way and then the other", "*walk slalom", "*walk a (serpentine|snaking|winding) path",
            "*walk forward, changing direction (again and again|several times)", "*snake forward (on foot|while walking)",
        ),
        "tag": ("zigzag walk", "zig-zag", "slalom walk", "weaving walk"),
        "hyper": ("*walk forward",),
        "+slow": _PACE_SLOW, "+fast": _PACE_FAST, "+large": _STRIDES_LARGE,
    },
    "run": {
        "": (
            "*run {dir}", "*run [straight ahead]", "*run (in a straight line|forward a short distance)", "*race {dir}",
            "*go {dir} at a run", "*run ahead", "*move {dir} at a running pace", "*break into a run", "*take off running",
        ),
        "style=sprint": (
            "*sprint {dir}", "*sprint {dir} (as fast as possible|at full speed)", "*run {dir} at (full|top) speed", "*dash {dir}",
            "*run (very fast|as fast as possible) [{dir}]", "*bolt {dir}", "*race {dir} at full tilt", "*charge {dir}",
            "*run flat out", "*rush {dir} at a sprint", "*run {dir} as if (fleeing|being chased|in a race)",
        ),
        "style=jog": (
            "*jog {dir}", "*run {dir} at an easy pace", "*jog (along|lightly|casually) [{dir}]", "*trot {dir}",
            "*go for a jog", "*run (lightly|gently|at a jogging pace) [{dir}]", "*go {dir} at a jog", "*jog in a straight line",
            "*take a light run", "*run at a relaxed pace",
        ),
        "tag": ("run", "running", "forward run", "run cycle"),
        "tag style=sprint": ("sprint", "sprinting", "fast run", "dash"),
        "tag style=jog": ("jog", "jogging", "light run", "easy run"),
        "+slow": ("slowly", "at a slow pace", "at an easy pace"), "+fast": _PACE_FAST, "+slow style=sprint": (),
        "+small": _STRIDES_SMALL, "+large": ("with long strides", "with big strides"),
    },
    "run_circle": {
        "": (
            "*run in a circle [{d}]", "*run in a {d} circle", "*jog in a [{d}] circle", "*run {d} in a circle",
            "*run around in circles [{dir}]", "*run (a lap|a full circle) {dir}", "*race around in a circle [{dir}]",
            "*circle around {dir} at a run", "*run in a loop {dir}", "*run in a circle, turning {turn} all the time",
            "*jog around in a circle {dir}", "*do a [{d}] lap, running", "*run (round and round|around in a ring)",
        ),
        "tag": ("{d} circle run", "running in circles", "run in a [{d}] circle", "running laps [{d}]"),
        "hyper": ("*run around", "*run"),
        "+slow": ("slowly", "at a slow pace"), "+fast": _PACE_FAST, "+large": ("with long strides",),
    },
    "sidestep": {
        "": (
            "*sidestep {dir}", "*step sideways {dir}", "*take {#side step} {dir}", "*move sideways {dir}", "*take {#step} {dir} ~",
            "*shuffle sideways {dir}", "*side-step {dir}", "*take {#sideways step} {dir}", "*step out {dir}", "*scoot sideways {dir}",
            "*take {#lateral step} {dir}", "*go {dir} (in a side shuffle|without turning) ~", "*step (to the side|sideways)", "*move over {dir} ~",
        ),
        "tag": ("{d} sidestep", "side step {d}", "{#sidestep} {dir}", "sideways step {dir}", "lateral shuffle {d}"),
        "hyper": ("*move to the side ~",),
        "+small": ("a little", "with small steps"), "+large": ("with big steps", "widely"),
    },
    "step": {
        "": (
            "*take {#step} {dir}", "*step {dir}", "*take {#pace} {dir}", "*make {#step} {dir}", "*move {#step} {dir}",
            "*move {dir} (by|) {#step}", "*go {#step} {dir}",
        ),
        "one": ("*take a single step {dir} ~", "*put one foot {dir} and *shift onto it ~", "*step {dir} and *stop ~"),
        "many": ("*walk {#step} {dir}", "*take {#short step} {dir} and *stop", "*walk just {#step} {dir}"),
        "dir=forward": ("*take {#step} ahead", "*step up {#pace}", "*come {#step} closer"),
        "dir=backward": ("*take {#step} back", "*step back {#pace}", "*back up {#step}"),
        "tag": ("step {dir}", "{#step} {dir}", "{#pace} {dir}", "{d} step"),
        "+small": ("a little",), "+large": (),
    },
    "march": {
        "style=in_place": (
            "*march in place", "*march on the spot", "*walk in place with high knees", "*march where they stand",
            "*stomp in place", "*step in place like a soldier", "*walk on the spot, lifting the knees high",
            "*lift the knees one after the other, staying in place", "*march without going anywhere", "*stamp {poss} feet in place",
            "*walk in place",
        ),
        "style=forward": (
            "*march forward", "*march like a soldier", "*march ahead [with high knees]", "*walk forward like (a soldier|in a parade)",
            "*walk with stiff legs and high knees", "*parade forward in military style", "*walk forward, lifting the knees high",
            "*goose-step forward", "*march (along|onward|onwards)", "*march forward in a (military|soldierly) way",
        ),
        "tag": ("march", "marching", "military march", "high knees march"),
        "tag style=in_place": ("march in place", "marching on the spot", "high knees in place"),
        "+slow": ("slowly", "at a slow pace"), "+fast": ("quickly", "at a fast pace", "fast"),
        "+small": ("with low knees",), "+large": ("with very high knees", "exaggeratedly", "energetically"),
    },
    "run_in_place": {
        "": (
            "*run in place", "*jog in place", "*run on the spot", "*jog on the spot", "*run without going anywhere",
            "*run as if on a treadmill", "*pump (the|{poss}) legs as if running, staying in place", "*do a running motion in place",
            "*warm up by jogging on the spot", "*run in one spot", "*pretend to run without moving forward",
        ),
        "tag": ("run in place", "jogging in place", "running on the spot", "treadmill run"),
        "hyper": ("*exercise", "*warm up"),
        "+large": ("with high knees", "energetically"), "+small": ("lightly",),
    },
    "limp": {
        "": (
            "*limp forward [on {leg}]", "*limp with {leg}", "*walk with a limp [in {leg}]", "*hobble forward [on {leg}]",
            "*walk as if {leg} is (hurt|injured)", "*limp as though {foot} (is injured|hurts)", "*favor {leg!} while limping",
            "*limp along, (dragging|sparing) {leg}", "*walk forward, (dragging|limping on) {leg}", "*walk with (an injured|a bad|a hurt) {S} leg",
            "*hobble (along|forward) like someone with a bad leg", "*walk in pain, limping [on {leg}]", "*walk as if hurt, limping",
        ),
        "tag": ("limp", "{S} leg limp", "limping walk", "injured walk", "walk with bad {S} leg", "hobble"),
        "hyper": ("*walk (strangely|in a weird way)", "*walk as if hurt"),
        "+slow": _PACE_SLOW, "+fast": ("quickly", "fast"), "+small": ("slightly", "a little"), "+large": ("heavily", "badly"),
    },
    "stumble": {
        "dir=forward": (
            "*stumble forward", "*trip and *catch {self}", "*trip over something", "*stumble and *catch {self}",
            "*trip (forward|and stumble forward)", "*lose {poss} footing, then *regain it", "nearly *fall forward but *recover",
            "almost *trip and *fall", "*lurch forward as if tripping", "*lose balance (forwards|to the front) and *recover",
        ),
        "dir=left,right": (
            "*stumble {dir}", "*stumble {dir} and *catch {self}", "*lose balance {dir} and *recover", "*stagger {dir}",
            "*get pushed {dir} and *stumble", "almost *fall {dir} but *recover", "*lurch {dir}", "*trip {dir}",
            "*stumble sideways {dir}", "*get knocked off balance {dir}", "*lose {poss} balance [and *stagger {dir}]",
            "*trip and *catch {self}", "*stumble sideways and *regain {poss} balance",
        ),
        "tag": ("stumble", "stumble {dir}", "trip and recover", "loss of balance", "stumbling {dir}"),
        "+small": ("slightly", "a little"), "+large": ("badly", "heavily", "violently"),
    },
    "skip": {
        "": (
            "*skip forward", "*skip [along]", "*skip like a child", "*skip (happily|merrily|cheerfully)", "*prance forward",
            "*move forward in a skipping (motion|way)", "*bounce forward, hopping on alternate feet", "*skip ahead [with swinging arms]",
            "*step and *hop forward on alternating feet", "*gallop forward playfully", "*skip down the road",
        ),
        "tag": ("skip", "skipping", "forward skipping", "happy skip"),
        "+small": ("lightly",), "+large": ("high", "with big hops", "energetically"),
    },
    "hop": {
        "": (
            "*hop on {leg} {dir}", "*hop on {foot} {dir}", "*jump on {leg} {dir}", "*hop {dir} on one leg", "*hop {dir} on the {S} foot",
            "*bounce {dir} on {leg}", "*do {#hop} on {leg}", "*do {#one-legged hop} {dir}", "*jump {dir} on one foot",
            "*take {#hop} {dir} on {foot}", "*hop {dir} with {leg!} lifted", "*hop on one leg", "*make {#hop} {dir}",
        ),
        "dir=forward": ("*hop ahead on {leg}", "*jump forward using only {leg}"),
        "dir=in_place": ("*hop up and down on {leg}", "*jump up and down on {foot}"),
        "tag": ("{S} leg hop", "hop on {S} foot", "one-legged hop", "{#hop} on one leg", "hopping {dir}"),
        "+small": ("a little", "lightly"), "+large": ("high",),
    },
    "climb_stairs": {
        "dir=up": (
            "*walk up stairs", "*climb stairs", "*go upstairs", "*walk up the (stairs|steps)", "*go up a (flight of stairs|staircase)",
            "*climb (a staircase|the stairs|some steps)", "*step up the stairs", "*ascend (the stairs|a staircase|some steps)", "*walk upstairs",
            "*climb up step by step", "*make {poss} way up the stairs",
        ),
        "dir=down": (
            "*walk down stairs", "*go down the stairs", "*go downstairs", "*walk down the (stairs|steps)", "*descend (the stairs|a staircase|some steps)",
            "*step down the stairs", "*come down a (flight of stairs|staircase)", "*walk downstairs", "*climb down the stairs",
            "*make {poss} way down the stairs", "*walk down a staircase",
        ),
        "tag dir=up": ("stairs up", "stair climbing", "climb stairs", "walking upstairs"),
        "tag dir=down": ("stairs down", "descending stairs", "walking downstairs", "walk down steps"),
        "+slow": _PACE_SLOW, "+fast": ("quickly", "fast", "in a hurry", "hurriedly", "rapidly"),
    },
    "turn": {
        "dir=left,right": (
            "*turn {dir}", "*turn {d}", "*rotate {dir}", "*pivot {dir}", "*turn {poss} body {dir}", "*make a {d} turn", "*turn to face {dir}",
            "*turn in place {dir}", "*swivel {dir}", "*face {dir}", "*do a {d} turn on the spot", "*turn {self} {dir}", "*take a {d} turn",
        ),
        "dir=around": (
            "*turn around", "*turn all the way around to face the other way", "*do a 180", "*turn to face (the opposite direction|the other way)",
            "*do an about-face", "*make a 180 degree turn", "*pivot around to face backwards", "*turn back", "*rotate 180 degrees",
            "*turn {poss} body around", "*spin around to look the other way", "*turn the other way",
        ),
        "tag dir=left,right": ("{d} turn", "turn {d}", "turn in place {dir}"),
        "tag dir=around": ("about-face", "turn around", "180 turn", "u-turn on the spot"),
        "hyper": ("*turn",),
    },
    "stand": {
        "": (
            "*stand still", "*stand in place", "*stand [without moving]", "*stay (still|put|motionless)", "*remain standing",
            "*stand upright doing nothing", "*stand (there|around) [idly]", "*wait", "*stand (motionless|calmly|idle)",
            "*hold a neutral standing pose", "*stay standing", "*do nothing but *stand", "*stand at rest with the arms down",
        ),
        "tag": ("idle", "standing", "stand still", "idle pose", "neutral stance"),
        "+slow": (), "+fast": (),
    },
}  # fmt: skip
