"""Phrasings of whole-body actions: jumps, bends, objects, postures. See ``phrases_locomotion``."""

from __future__ import annotations

_HIGH = ("high", "very high", "high into the air", "with a lot of height")
_LOW = ("a little", "slightly", "just a bit", "low")
_DEEP = ("deeply", "all the way down", "very low", "as low as possible")
_SHALLOW = ("slightly", "a little", "a bit", "halfway")

BODY: dict[str, dict[str, tuple[str, ...]]] = {
    "jump": {
        "": ("*jump {dir}", "*hop {dir} with both feet", "*do {#jump} {dir}", "*leap {dir}", "*spring {dir}", "*make {#jump} {dir}"),
        "dir=up": (
            "*jump up", "*jump [straight up]", "*jump (up and down|in place)", "*jump into the air", "*leap up", "*leap into the air",
            "*do {#vertical jump}", "*spring up off the ground", "*hop up [with both feet]", "*bounce up and down", "*jump off the floor",
        ),
        "dir=forward": (
            "*jump {dir}", "*leap {dir}", "*do {#forward jump}", "*hop {dir} with both feet [together]", "*jump ahead", "*bound {dir}",
            "*do {#long jump}", "*do {#broad jump}", "*jump {dir} as if over (a puddle|an obstacle|something)", "*take {#leap} {dir}",
            "*spring {dir} off both feet",
        ),
        "dir=backward": ("*jump {dir}", "*leap {dir}", "*jump back", "*hop back with both feet", "*do {#backward jump}", "*spring back"),
        "dir=left,right": (
            "*jump {dir}", "*leap sideways {dir}", "*jump sideways {dir}", "*do {#side jump} {dir}", "*hop over {dir} with both feet",
            "*jump (to the side|sideways)",
        ),
        "tag": ("jump {dir}", "{#jump}", "jumping {dir}", "jump"),
        "tag dir=up": ("jump", "vertical jump", "{#jump} in place", "jump up"),
        "+small": _LOW, "+large": _HIGH,
        "+large dir=forward,backward,left,right": ("far", "with a big leap", "a long way"),
    },
    "jump_spin": {
        "": (
            "*jump and *spin {dir}", "*jump and *turn {dir} in the air", "*do a [{d}] spinning jump", "*spin {dir} in mid air",
            "*jump while (spinning|turning|rotating) {dir}", "*leap up and *rotate {dir}", "*do a [{d}] jump spin", "*jump and *twirl {dir}",
            "*hop around {dir} with a full turn", "*jump up and *whirl around {dir}", "*do a jump turn, rotating {turn}", "*jump and *spin around",
            "*do a 360 jump {dir}",
        ),
        "tag": ("[{d}] jump spin", "spinning jump [{d}]", "jump with a [{d}] turn", "360 jump [{d}]"),
        "hyper": ("*jump",),
        "+small": _LOW, "+large": ("high", "very high"),
    },
    "jumping_jack": {
        "": (
            "*do {#jumping jack}", "*perform {#jumping jack}", "*do {#star jump}", "*perform {#star jump}", "*complete {#jumping jack}", "*do {#side-straddle hop}",
            "*jump, spreading (the|{poss}) arms and legs, and *jump back together", "*jump, swinging the arms overhead and the legs apart",
            "*do a jumping jack exercise ~", "*hop feet apart and together with arms going up and down", "*jump feet out and raise hands overhead, then back in ~",
        ),
        "tag": ("{#jumping jack}", "jumping jack", "star jump", "jumping jack exercise", "{#star jump}"),
        "hyper": ("*exercise ~", "*work out ~", "*do some cardio ~", "*warm up ~"),
    },
    "squat": {
        "": (
            "*squat down", "*do {#squat}", "*squat", "*perform {#squat}", "*squat down and *stand back up", "*bend (the|{poss}) knees and *lower {self}",
            "*bend the knees into a squat and *come back up", "*do {#knee bend}", "*go down into a squat", "*dip down by bending both knees",
            "*lower (the|{poss}) hips towards the floor and *rise again", "*sink down on bent legs and *come back up",
        ),
        "tag": ("squat", "{#squat}", "squat exercise", "{#knee bend}", "leg exercise, squat"),
        "hyper": ("*exercise ~", "*do a leg exercise ~"),
        "+small": _SHALLOW, "+large": _DEEP,
    },
    "crouch": {
        "": (
            "*crouch down", "*crouch", "*get down low", "*duck down and *stay low", "*hunker down", "*stay low in a crouch", "*crouch as if hiding",
            "*lower {self} into a crouch", "*squat down and *stay there", "*bend low to the ground", "*cower down", "*make {self} small", "*huddle down close to the ground",
        ),
        "tag": ("crouch", "crouching", "low crouch", "hiding low"),
        "+small": _SHALLOW, "+large": _DEEP,
    },
    "lunge": {
        "dir=forward": (
            "*lunge forward with {leg}", "*lunge forward on {leg}", "*do {#forward lunge} [with {leg}]", "*do {#lunge} with {leg}", "*step forward into a lunge [with {leg}]",
            "*take a big step forward with {foot} and *bend the knee", "*perform {#lunge} [on {leg}]", "*drop into a [{S} leg] forward lunge", "*lunge forward",
            "*stretch {leg} out in front and *sink down", "*put {foot} far forward and *lower into a lunge", "*do {#front lunge}, {foot} first",
        ),
        "dir=side": (
            "*lunge to the side with {leg}", "*do {#side lunge} [with {leg}]", "*lunge sideways on {leg}", "*lunge to the {S}", "*step out to the {S} into a lunge",
            "*take a wide step to {poss} {S} and *bend that knee", "*perform {#side lunge} [to the {S}]", "*shift low over {leg} to the side",
            "*do {#lateral lunge} [to the {S}]", "*bend deep over {leg}, stepping sideways", "*lunge sideways",
        ),
        "tag": ("{S} leg lunge", "lunge", "{#lunge}", "lunge exercise [with {leg}]"),
        "tag dir=forward": ("forward lunge", "front lunge with {leg}"), "tag dir=side": ("side lunge", "side lunge to the {S}"),
        "hyper": ("*exercise ~", "*stretch the legs ~"),
        "+small": _SHALLOW, "+large": ("deeply", "with a very wide step", "very low"),
    },
    "knee_raise": {
        "": (
            "*raise {knee}", "*lift {knee} [up]", "*bring {knee} up [to the chest]", "*raise {knee} to (hip|waist) height", "*pull {knee} up", "*do {#knee raise} [with {leg}]",
            "*lift {leg} with the knee bent", "*do {#knee lift} [with {leg}]", "*strike with {knee}", "*hike {knee} up", "*raise {leg}, knee bent, and *lower it again",
            "*drive {knee} upward", "*do {#high knee} with {leg}",
        ),
        "tag": ("{S} knee raise", "knee raise", "{S} knee lift", "knee up", "high knee [with {leg}]"),
        "+small": _LOW, "+large": ("high", "very high", "as high as possible"),
    },
    "knee_to_elbow": {
        "": (
            "*touch {knee} to {elbow!}", "*bring {knee} to {elbow!}", "*raise {knee} to meet {elbow!}", "*lift {knee} up to {elbow!}", "*touch {elbow!} with {knee}",
            "*do {#knee to elbow crunch} with {knee}", "*twist and *touch {elbow!} to {knee}", "*bring an elbow to the opposite knee", "*touch one knee to the opposite elbow",
            "*do {#standing crunch}, {knee} to {elbow!}", "*do {#cross-body crunch} with {knee}", "*pull {knee} across to {elbow!}", "*do {#opposite elbow to knee touch}",
        ),
        "tag": ("{S} knee to {O} elbow", "{O} elbow to {S} knee", "knee to elbow", "standing crunch", "cross-body knee to elbow"),
        "hyper": ("*exercise ~", "*do an ab workout ~"),
    },
    "balance": {
        "": (
            "*balance on {leg}", "*stand on {leg}", "*stand on {foot}", "*balance on {foot}", "*stand on one leg", "*balance on one foot", "*hold {poss} balance on {leg}",
            "*lift {leg!} and *balance", "*stand on {leg} with {foot!} off the ground", "*hold {leg!} up and *stay balanced", "*stand like a flamingo [on {leg}]",
            "*do a one-legged balance [on {leg}]", "*hold a tree pose [on {leg}]", "*keep all {poss} weight on {leg}",
        ),
        "tag": ("{S} leg balance", "one leg stand", "balance on {S} foot", "single leg balance", "flamingo pose"),
        "hyper": ("*hold {poss} balance",), "+fast": (), "+slow": (),
    },
    "bow": {
        "": (
            "*bow", "*take {#bow}", "*bow [down] (politely|respectfully|in greeting)", "*bend forward at the waist [in a bow]", "*bow down [in front of someone]", "*lean forward at the hips and *straighten up again",
            "*make {#bow}", "*greet someone with a bow ~", "*bow (to the audience|like an actor|to show respect)", "*bend the upper body forward and *come back up", "*give {#bow}", "*do {#polite bow}",
        ),
        "tag": ("bow", "{#bow}", "polite bow", "bowing", "respectful bow"),
        "hyper": ("*bend forward",),
        "+small": _SHALLOW, "+large": ("deeply", "very low", "a long way down"),
    },
    "toe_touch": {
        "": (
            "*bend down and *touch {poss} toes", "*touch {poss} toes", "*bend over to touch the toes", "*reach down to {poss} (feet|toes)", "*do {#toe touch}", "*fold forward and *reach for the floor",
            "*bend at the waist until the hands are near the feet", "*stretch down to the feet with both hands", "*do {#forward fold}", "*bend forward to stretch {poss} (hamstrings|legs|back)",
            "*reach for the toes [with straight legs]", "*lean down to the floor and *come back up",
        ),
        "tag": ("toe touch", "{#toe touch}", "toe touch stretch", "hamstring stretch", "forward fold"),
        "hyper": ("*stretch ~", "*bend over"),
        "+small": ("partway", "as far as the shins"), "+large": ("all the way down", "deeply"),
    },
    "pick_up": {
        "": (
            "*pick something up [from the floor] with {hand}", "*bend down and *pick up an object with {hand}", "*pick up (something|an object|an item) off the floor [with {hand}]",
            "*bend over and *grab (something|an object) [with {hand}]", "*reach down and *take something off the ground [with {hand}]", "*collect something from the ground [with {hand}]",
            "*lift (something|an item) off the floor [with {hand}]", "*lean down to pick something up [with {hand}]", "*stoop and *gather something up [with {hand}]",
            "*grab (something|a thing) from the floor [using {hand}]", "*bend down to get something [with {hand}]", "*retrieve (an object|something) from the ground [with {hand}]",
            "*scoop something up off the ground [with {hand}]", "*crouch to fetch something from the floor [with {hand}]",
        ),
        "both": ("*pick up a box with {hand}", "*lift a box off the floor [with {hand}]", "*bend down and *pick up something large with {hand}"),
        "single": ("*pick up a coin [with {hand}]", "*pick up something small [with {hand}]"),
        "tag single": ("{S} hand pick up", "picking something up", "pick up object with {S} hand", "grab from the floor"),
        "tag both": ("pick up with both hands", "two-handed pick up", "picking up a box", "pick up object"),
        "hyper": ("*bend down",),
    },
    "put_down": {
        "": (
            "*put something down [on the floor] with {hand}", "*place (something|an object) on the floor [with {hand}]", "*set something down [on the ground] [with {hand}]", "*bend down and *put an object down [with {hand}]",
            "*lay something on the ground [with {hand}]", "*lower (something|an object) to the floor [with {hand}]", "*bend over and *place something down [with {hand}]", "*put an item on the ground [using {hand}]",
            "*deposit (an object|something) on the ground [with {hand}]", "*set an item on the floor [with {hand}]", "*lean down and *release something onto the floor [with {hand}]",
        ),
        "both": ("*put a box down with {hand}", "*lower a box to the floor [with {hand}]", "*set down something heavy with {hand}"),
        "tag single": ("{S} hand put down", "putting something down", "place object on floor with {S} hand"),
        "tag both": ("put down with both hands", "setting down a box", "place object on the floor"),
        "hyper": ("*bend down",),
    },
    "lift_overhead": {
        "": (
            "*lift something over {poss} head", "*lift (a heavy object|a box|a weight) overhead", "*raise something above {poss} head with {hand+}", "*pick something up and *hoist it overhead", "*lift weights over {poss} head",
            "*press (a barbell|a weight) overhead", "*heave something up over {poss} head", "*hoist (an object|something heavy) above the head", "*bend down, *grab something and *lift it high over {poss} head",
            "*do an overhead lift [with {hand+}]", "*lift a barbell like a weightlifter", "*push something heavy up above the head",
        ),
        "tag": ("overhead lift", "lifting overhead", "weightlifting", "lift a box over the head", "overhead press"),
        "hyper": ("*lift something", "*do weight training"),
    },
    "side_bend": {
        "": (
            "*bend to the {S}", "*bend {poss} upper body to the {S}", "*lean to the {S}", "*do {#side bend} to the {S}", "*lean {poss} torso over to the {S}", "*stretch to the {S} side", "*bend sideways [to the {S}]",
            "*tilt {poss} body to the {S}", "*do {#side stretch} [to the {S}]", "*bend at the waist to {poss} {S}", "*bend over sideways, {S} shoulder down", "*tip {poss} trunk {S}",
        ),
        "tag": ("{S} side bend", "side bend", "side stretch {S}", "lean {S}", "{S} lean"),
        "hyper": ("*stretch ~",),
        "+small": _SHALLOW, "+large": ("deeply", "far over", "as far as possible"),
    },
    "twist_torso": {
        "": (
            "*twist {poss} torso [from side to side]", "*twist {poss} (upper body|trunk) left and right", "*rotate {poss} (torso|upper body) from side to side", "*twist at the waist", "*do {#torso twist}", "*turn {poss} upper body back and forth",
            "*swivel at the waist", "*twist from side to side [with feet planted]", "*do {#trunk rotation}", "*turn the shoulders one way and then the other", "*do {#waist twist}", "*warm up the back by twisting",
        ),
        "tag": ("torso twist", "{#torso twist}", "trunk rotation", "waist twist", "upper body twist"),
        "hyper": ("*stretch ~", "*warm up ~"),
        "+small": ("slightly", "a little"), "+large": ("far", "as far as possible", "vigorously"),
    },
    "hip_circle": {
        "": (
            "*circle {poss} hips", "*move {poss} hips in a circle", "*rotate {poss} hips", "*roll {poss} hips [around]", "*swirl {poss} hips", "*move {poss} hips in a circular motion", "*make {#circle} with {poss} hips",
            "*do {#hip circle}", "*swing {poss} hips around as if hula hooping", "hula *hoop ~", "*gyrate {poss} hips", "*do {#hip roll}", "*rotate {poss} pelvis",
        ),
        "tag": ("hip circles", "{#hip circle}", "hula hoop", "hip rotation", "hip roll"),
        "hyper": ("*move {poss} hips", "*warm up the hips ~"),
        "+small": ("slightly", "a little"), "+large": ("in a big circle", "widely"),
    },
    "push": {
        "": (
            "*push something [forward] [with {hand+}]", "*push (something|a heavy object|a box) away [with {hand+}]", "*push something heavy", "*shove (something|someone) [forward]", "*push forward with {hand+}", "*push (a wall|a car|a door)",
            "*lean in and *push hard", "*press {hand+} forward against something", "*push (someone|an object) away from {self}", "*give something a shove", "*pretend to push (a heavy object|a wall|a cart)", "*thrust {hand+} forward, pushing",
        ),
        "tag": ("push", "pushing", "two-handed push", "shove", "pushing something heavy"),
        "+large": ("hard", "with all {poss} strength", "forcefully"), "+small": ("gently", "lightly", "slightly"),
    },
    "pull": {
        "": (
            "*pull something [towards {self}]", "*pull (something|a rope) [with {hand+}]", "*pull something heavy towards {self}", "*tug on (something|a rope)", "*pull on a rope [with {hand+}]", "*pull {hand+} back as if pulling (a rope|something)",
            "*drag something towards {self}", "*yank something [back]", "*haul on a rope", "*play tug of war", "*lean back and *pull hard", "*pretend to pull (a rope|something heavy)", "*heave something in [with {hand+}]",
        ),
        "tag": ("pull", "pulling", "rope pull", "tug of war", "pulling something heavy"),
        "+large": ("hard", "forcefully"), "+small": ("gently", "lightly", "slightly"),
    },
    "sit_down": {
        "": (
            "*sit down", "*take a seat", "*sit down on a chair", "*lower {self} onto a (chair|seat|bench)", "*sit down on something", "*go from standing to sitting", "*sit {self} down", "*have a seat", "*settle into a (chair|seat)", "*drop into a (chair|seat)",
            "*get seated", "*bend the knees and *sit down", "*take a seat on a (chair|bench|stool)", "*move into a sitting position",
        ),
        "tag": ("sit down", "sitting down", "stand to sit", "taking a seat"),
    },
    "stand_up": {
        "": (
            "*stand up [from a chair]", "*stand up", "*get up from (a chair|sitting|their seat)", "*rise from a (chair|seat)", "*stand up from a (chair|seated position|sitting position)", "*get up out of (a|the) chair", "*get to {poss} feet from (a seat|sitting)", "*rise to {poss} feet",
            "*go from sitting to standing", "*get up out of {poss} seat", "*get out of (a|the) (chair|seat)", "*come up to standing from a chair",
        ),
        "tag": ("stand up", "getting up from a chair", "sit to stand", "rise from seat"),
    },
    "sit": {
        "": (
            "*sit [on a chair]", "*sit still", "*be seated [on a chair]", "*sit on a (chair|seat|bench)", "*stay seated", "*remain sitting", "*rest on a (chair|seat)", "*sit (quietly|calmly|idly) [on a chair]", "*sit without moving", "*be in a (sitting|seated) position",
            "*stay in a chair", "*sit and *wait", "*keep sitting",
        ),
        "tag": ("sitting", "seated idle", "sitting on a chair", "seated pose"),
        "+slow": (), "+fast": (),
    },
    "kneel_down": {
        "": ("*kneel down on {knee}", "*kneel [down] on {knee}", "*drop to {knee}", "*get down on {knee}", "*lower {self} onto {knee}", "*go down on {knee}", "*kneel down", "*kneel", "*sink to {knee}", "*take a knee on the floor"),
        "single": (
            "*take a knee [on the {S} side]", "*kneel on one knee", "*get down on one knee", "*kneel like a knight [on {knee}]", "*go down on one knee as if proposing", "*put {knee} on the (ground|floor)", "*genuflect",
        ),
        "both": ("*kneel down on both knees", "*get on {poss} knees", "*drop to {poss} knees", "*fall to {poss} knees", "*go down on {poss} knees", "*sink down onto both knees", "*get down on {poss} knees"),
        "tag single": ("{S} knee kneel", "kneel on one knee", "kneeling down", "take a knee"), "tag both": ("kneel down", "kneeling on both knees", "drop to the knees"),
    },
    "rise_from_kneel": {
        "": (
            "*get up from {poss} knees", "*stand up from kneeling", "*rise from {poss} knees", "*stand up from a kneeling position", "*get to {poss} feet from kneeling", "*rise from a kneel", "*get up off {poss} knees", "*come up from the knees", "*go from kneeling to standing",
            "*push {self} up from {poss} knees and *stand", "*stop kneeling and *stand up", "*return to standing from {poss} knees",
        ),
        "tag": ("rise from kneel", "kneel to stand", "getting up from knees", "stand up from kneeling"),
    },
    "lie_down": {
        "": (
            "*lie down", "*lie down on the (floor|ground)", "*get down and *lie on the floor", "*lay down", "*lower {self} to the floor and *lie down", "*go to bed on the floor", "*stretch out on the (floor|ground)", "*get down on the ground and *lie there", "*lie down to (rest|sleep)",
            "*move from standing to lying down", "*recline on the floor", "*take a lying position on the ground", "*get flat on the floor",
        ),
        "tag": ("lie down", "lying down", "going to sleep", "lie on the floor"),
    },
    "get_up": {
        "": (
            "*get up from the (floor|ground)", "*get up", "*stand up from lying down", "*rise from the (floor|ground)", "*get up off the (floor|ground)", "*stand up after lying on the floor", "*get back on {poss} feet", "*push {self} up off the floor and *stand", "*pick {self} up from the ground",
            "*go from lying to standing", "*climb to {poss} feet from the floor", "*get to {poss} feet", "*wake up and *get up",
        ),
        "tag": ("get up", "getting up from the floor", "stand up from the ground", "lie to stand"),
    },
    "fall": {
        "": ("*fall {dir}", "*fall down", "*fall {dir} to the (ground|floor)", "*collapse {dir}", "*topple {dir}", "*fall to the ground", "*collapse to the floor", "*go down {dir}", "*drop to the ground", "*faint and *fall {dir}", "*tumble {dir} onto the floor"),
        "dir=forward": ("*fall flat on {poss} face", "*fall forward onto the floor", "*fall face first", "*pitch forward and *crash to the floor"),
        "dir=backward": ("*fall on {poss} back", "*fall over backwards", "*get knocked down backwards", "*fall backwards onto the floor", "*fall flat on {poss} back"),
        "tag": ("fall {dir}", "falling {dir}", "fall to the floor", "collapse", "knock down"),
        "tag dir=forward": ("face plant", "forward fall"), "tag dir=backward": ("backward fall", "falling on the back"),
    },
    "crawl": {
        "": (
            "*crawl forward", "*crawl [on hands and knees]", "*crawl on all fours", "*move on hands and knees", "*crawl along the (floor|ground)", "*go forward on {poss} hands and knees", "*crawl like a baby", "*creep along on all fours", "*walk on hands and knees",
            "*make {poss} way across the floor on hands and knees", "*crawl across the floor", "*move forward on all fours",
        ),
        "tag": ("crawl", "crawling", "baby crawl", "hands and knees crawl"),
    },
    "push_up": {
        "": (
            "*do {#push-up}", "*do {#push up}", "*do {#pushup}", "*perform {#push-up}", "*lower {self} to the floor and *press back up", "*do {#press-up}", "*push {self} up off the floor with the arms", "*complete {#push-up} [on the floor]", "*bend and *straighten the arms in a plank", "*pump out {#push-up}",
            "*do a push-up exercise on the floor ~",
        ),
        "tag": ("{#push-up}", "push-up", "pushups", "press-up", "push up exercise"),
        "hyper": ("*exercise on the floor ~", "*do a chest workout ~"),
    },
}  # fmt: skip
