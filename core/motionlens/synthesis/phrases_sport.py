"""Phrasings of sport, fighting and dance. See ``phrases_locomotion`` for the conditions."""

from __future__ import annotations

_HARD = ("hard", "with full force", "powerfully", "forcefully")
_SOFT = ("lightly", "gently", "softly")
_WIDE = ("with big movements", "energetically", "widely")
_LITTLE = ("slightly", "a little", "with small movements")

SPORT: dict[str, dict[str, tuple[str, ...]]] = {
    "kick": {
        "": (
            "*kick {dir} with {leg}", "*kick with {foot}", "*kick {leg} {dir}", "*kick {dir} with {foot}", "*do {#kick} {dir} with {leg}", "*swing {leg} {dir}", "*strike with {foot} {dir}", "*kick", "*throw {#kick} {dir} [with {leg}]",
            "*kick (something|someone) [with {foot}]", "*raise {leg} and *kick [{dir}]", "*lash out with {foot} {dir}", "*deliver {#kick} {dir} [with {leg}]",
        ),
        "dir=forward": ("*kick a ball [with {foot}]", "*do {#front kick} [with {leg}]", "*kick (out|straight ahead) with {leg}", "*boot something away with {foot}", "*kick (a door|an opponent) in front of {self} [with {foot}]"),
        "dir=side": ("*do {#side kick} [with {leg}]", "*kick out to the side with {leg}", "*perform {#side kick} [with {foot}]", "*swing {leg} out sideways"),
        "dir=backward": ("*do {#back kick} [with {leg}]", "*kick behind {self} with {leg}", "*kick back with {foot}", "*kick out backwards [with {leg}] like a (horse|donkey)"),
        "tag": ("kick", "{S} leg kick", "{S} foot kick", "kicking", "kick with {leg}"),
        "tag dir=forward": ("front kick", "{S} front kick"), "tag dir=side": ("side kick", "{S} side kick"), "tag dir=backward": ("back kick", "{S} back kick"),
        "hyper": ("*do a fighting move ~", "*move {leg}"),
        "+small": ("low", "gently", "lightly"), "+large": ("high", "very high", "hard"),
    },
    "throw": {
        "": (
            "*throw something with {hand}", "*throw a ball [with {hand}]", "*throw (an object|something) [{S-handed}]", "*toss something [with {hand}]", "*hurl something [with {hand}]", "*make a throwing motion with {arm}", "*throw something forward [using {arm}]",
            "*fling an object [with {hand}]", "*pretend to throw a ball [with {hand}]", "*chuck something away [with {hand}]", "*launch something forward with {hand}", "*send a ball flying with {arm}",
        ),
        "style=overhand": (
            "*throw a ball overhand with {hand}", "*throw something overhand [with {hand}]", "*pitch a baseball [with {hand}]", "*throw something (over the shoulder|from above the shoulder) with {arm}", "*throw a baseball [with {hand}]", "*hurl something overhand with {arm}",
            "*wind up and *throw a ball with {hand}", "*throw a football [with {hand}]", "*cock {arm} back and *throw something", "*throw something [with {hand}]", "*make an overarm throw [with {arm}]", "*lob a spear with {hand}",
        ),
        "style=underhand": (
            "*throw something underhand with {hand}", "*toss something underhand [with {hand}]", "*bowl a ball [with {hand}]", "*roll a ball along the ground with {hand}", "*throw a bowling ball [with {hand}]", "*go bowling [with {hand}]", "*swing {arm} up from below and *throw",
            "*toss a ball from below with {hand}", "*throw something underarm [with {hand}]", "*pitch a softball [with {hand}]", "*throw something [with {hand}]", "*make an underhand toss [with {arm}]",
        ),
        "tag": ("{S} hand throw", "throw", "throw a ball", "throwing", "{S} arm throw"),
        "tag style=overhand": ("overhand throw", "{S} overhand throw", "baseball pitch"), "tag style=underhand": ("underhand throw", "{S} underhand toss", "bowling"),
        "+small": _SOFT, "+large": ("hard", "far", "with full force", "with a big wind-up"),
    },
    "throw_both": {
        "": ("*throw something with {hand+}", "*throw a ball with {hand+}", "*toss something away with {hand+}", "*hurl an object [with {arm+}]", "*throw a basketball"),
        "style=overhead": (
            "*throw a ball from above {poss} head with {hand+}", "*do an overhead throw with {hand+}", "*throw something overhead [with {hand+}]", "*do a soccer throw-in", "*throw a ball in from over {poss} head", "*bring {hand+} over {poss} head and *throw", "*hurl something from behind {poss} head",
            "*throw a ball in like a soccer player", "*fling something forward over the head with {arm+}",
        ),
        "style=chest": (
            "*throw a ball from the chest with {hand+}", "*do a chest pass", "*pass a basketball", "*push a ball away from {poss} chest", "*throw a chest pass [with {hand+}]", "*pass a ball from chest height", "*toss a ball from {poss} chest", "*pass a ball to someone with {hand+}", "*send off a basketball pass",
        ),
        "tag": ("two-handed throw", "throw with both hands", "both hands throw"),
        "tag style=overhead": ("overhead throw", "throw-in", "soccer throw-in"), "tag style=chest": ("chest pass", "basketball pass"),
        "+small": _SOFT, "+large": ("hard", "far", "with full force"),
    },
    "catch": {
        "": (
            "*catch something [with {hand+}]", "*catch a ball [with {hand+}]", "*reach out and *catch something", "*grab something out of the air", "*catch an object thrown at {self}", "*raise {hand+} to catch a ball", "*receive a ball [with {hand+}]", "*snatch something from the air with {hand+}",
            "*pretend to catch a ball", "*catch something and *pull it in to {poss} chest", "*get hold of a ball thrown to {self}", "*make a two-handed catch",
        ),
        "tag": ("catch", "catching a ball", "two-handed catch", "ball catch"),
    },
    "punch": {
        "": (
            "*punch with {hand}", "*punch with {fist}", "*throw {#punch} with {hand}", "*punch forward with {fist}", "*hit (someone|something) with {fist}", "*strike with {fist}", "*do {#punch} with {arm}", "*throw {#punch}", "*swing {fist} at someone", "*land {#blow} with {fist}",
        ),
        "style=straight": (
            "*punch straight ahead with {fist}", "*jab with {fist}", "*throw {#jab} with {hand}", "*throw {#straight punch} [with {hand}]", "*punch [with {hand}]", "*thrust {fist} forward", "*throw {#punch} [with {fist}]", "*hit forward with {hand}", "*strike out with {fist}", "*shoot {fist} straight out",
        ),
        "style=uppercut": (
            "*throw {#uppercut} with {hand}", "*do {#uppercut} with {fist}", "*uppercut with {fist}", "*swing {fist} upwards in an uppercut", "*punch upwards with {hand}", "*strike upward with {fist}", "*throw {#uppercut} [with {hand}]", "*punch up as if at someone's chin [with {fist}]", "*drive {fist} up from below", "*land {#uppercut} [with {fist}]",
        ),
        "tag": ("punch", "{S} punch", "{S} hand punch", "punching"), "tag style=straight": ("{S} jab", "straight punch", "jab", "{S} straight punch"), "tag style=uppercut": ("{S} uppercut", "uppercut", "{#uppercut}"),
        "hyper": ("*fight ~", "*do a fighting move ~"),
        "+small": _SOFT, "+large": _HARD,
    },
    "box": {
        "": (
            "*box [with both fists]", "*throw {#punch} with alternating hands", "shadow *box ~", "*punch left and right ~", "*box like a fighter ~", "*throw {#punch} with both fists, one after the other", "*punch the air with both hands ~", "*fight an imaginary opponent with {poss} fists ~",
            "*do some boxing ~", "*practice boxing ~", "*throw a combination of punches ~", "*spar (with an imaginary opponent|) ~", "*punch alternately with both hands ~", "*train on a punching bag ~", "*throw left and right jabs ~",
        ),
        "many": ("*land {#blow} with both fists", "*deliver {#punch}, alternating fists"),
        "large": ("*box angrily ~", "*punch wildly with both fists ~", "*box aggressively ~"), "fast": ("*box furiously ~", "*throw a flurry of punches ~", "*box aggressively ~"),
        "tag": ("boxing", "shadow boxing", "boxing combination", "{#punch} with both hands", "fist fight"), "tag large": ("angry boxing", "aggressive boxing"), "tag fast": ("furious boxing", "angry boxing"),
        "hyper": ("*fight ~", "*work out ~", "*fight someone ~"),
        "+small": ("lightly",), "+large": _HARD,
    },
    "golf_swing": {
        "": (
            "*swing a golf club [{S-handed}]", "*play golf [{S-handed}]", "*hit a golf ball", "*take a golf swing", "*do a [{S-handed}] golf swing", "*tee off", "*swing at a golf ball", "*drive a golf ball [like a {S-handed} player]", "*golf [{S-handed}]", "*practice a golf swing", "*make a golf shot", "*swing {poss} arms as if hitting a golf ball", "*bend over a golf ball and *swing the club",
        ),
        "tag": ("golf swing", "golf", "{S-handed} golf swing", "golf shot", "golf drive"),
        "hyper": ("*play a sport ~",),
    },
    "bat_swing": {
        "": (
            "*swing a baseball bat [{S-handed}]", "*swing a bat", "*hit a ball with a bat", "*bat [{S-handed}]", "*play baseball, swinging the bat", "*take a swing with a [baseball] bat", "*swing at a pitch", "*do a [{S-handed}] bat swing", "*step up and *swing a bat like a [{S-handed}] batter", "*hit a baseball [{S-handed}]", "*swing {arm+} around as if hitting a baseball", "*hit a home run",
        ),
        "tag": ("bat swing", "baseball bat swing", "{S-handed} bat swing", "baseball hit", "batting"),
        "hyper": ("*play a sport ~", "*play baseball ~"),
    },
    "dribble": {
        "": (
            "*dribble a basketball with {hand}", "*dribble a ball [with {hand}]", "*bounce a ball with {hand}", "*bounce a basketball on the floor [with {hand}]", "*dribble [with {hand}]", "*play basketball, dribbling with {hand} ~", "*bounce a ball up and down [with {hand}]", "*dribble a ball on the spot [using {hand}]",
            "*pat a ball down onto the floor with {hand}", "*handle a basketball with {hand} ~", "*push a ball down with {hand} and *let it bounce back", "*keep a ball bouncing with {hand} ~",
        ),
        "tag": ("dribble", "basketball dribble", "{S} hand dribble", "bouncing a ball [with {hand}]", "dribbling a basketball"),
        "hyper": ("*play basketball ~", "*play with a ball ~"), "+small": ("low",), "+large": ("high",),
    },
    "dodge": {
        "dir=left,right": (
            "*dodge {dir}", "*lean {dir} to dodge something", "*dodge something by moving {dir}", "*duck away {dir}", "*avoid something by leaning {dir}", "*slip {dir} to avoid a punch", "*move {dir} to get out of the way", "*evade something {dir}", "*jerk {poss} body {dir} to avoid being hit", "*swerve {dir} as if something flew at {self}", "*dodge a punch", "*bob {dir} out of the way",
        ),
        "dir=down": (
            "*duck", "*duck down to dodge something", "*duck under something", "*dodge something by ducking", "*drop {poss} head to avoid being hit", "*duck to avoid a punch", "*bob down out of the way", "*dip down to avoid something", "*get out of the way by ducking", "*dodge {dir}", "*evade a blow by crouching quickly under it",
        ),
        "tag": ("dodge {dir}", "dodge", "evade {dir}", "dodging a punch"), "tag dir=down": ("duck", "ducking", "duck and dodge"),
        "+small": ("slightly", "a little"), "+large": ("far", "with a big movement"),
    },
    "sway": {
        "": (
            "*sway from side to side", "*sway left and right", "*rock from side to side", "*sway [back and forth] sideways", "*shift {poss} weight from foot to foot", "*sway to the music ~", "*swing {poss} body from side to side", "*rock {poss} body left and right", "*sway gently like a tree in the wind ~", "*shift {poss} weight from one leg to the other", "*swing {poss} hips from side to side", "*lean one way and then the other",
        ),
        "tag": ("sway", "swaying side to side", "side to side sway", "swaying to music"),
        "hyper": ("*dance a little ~", "*move from side to side"), "+small": ("slightly", "a little"), "+large": ("far", "with big movements", "widely"),
    },
    "dance_side": {
        "": (
            "*dance from side to side", "*dance, stepping from side to side", "*do a side to side dance step", "*step side to side to the music ~", "*do a two-step dance ~", "*dance with side steps", "*do a step touch dance ~", "*groove from side to side", "*step left and right, dancing", "*move to the beat, stepping side to side ~", "*dance by stepping side to side and swinging {poss} arms", "side *step back and forth to a rhythm", "*dance in place with steps to each side",
        ),
        "tag": ("side step dance", "step touch dance", "side to side dance", "disco dance", "dance"),
        "hyper": ("*dance ~", "*do a dance move ~", "*dance to the music ~", "*groove ~", "*party ~"), "+small": _LITTLE, "+large": _WIDE,
    },
    "dance_twist": {
        "": (
            "*dance the twist", "*do the twist", "*twist {poss} hips while dancing", "*dance, twisting {poss} hips and knees", "*do a 60s twist dance ~", "*twist to the music ~", "*dance with twisting hips", "*swivel {poss} hips and feet in a dance", "*dance by twisting from side to side", "*twist and shout on the dance floor ~", "*do a twisting dance move", "*wiggle {poss} hips as in the twist", "*dance rock and roll style, twisting",
        ),
        "tag": ("the twist", "twist dance", "twisting dance", "retro dance", "dance"),
        "hyper": ("*dance ~", "*do a dance move ~", "*dance to the music ~", "*groove ~"), "+small": _LITTLE, "+large": _WIDE,
    },
    "waltz": {
        "": (
            "*dance a waltz ~", "*waltz ~", "*do a waltz ~", "*dance the waltz ~", "*waltz with an imaginary partner ~", "*dance a ballroom dance ~", "*waltz around, holding an invisible partner ~", "*perform a waltz ~", "*do ballroom dancing ~", "*glide through waltz steps ~", "*dance as if with a partner ~", "*step through a waltz with {poss} arms in a dance hold ~", "*dance arm in arm with an invisible partner ~",
        ),
        "tag": ("waltz", "ballroom dance", "waltz dance", "waltz steps", "partner dance"),
        "hyper": ("*dance ~", "*do a dance ~", "*dance elegantly ~"),
    },
    "spin": {
        "": (
            "*spin around {dir}", "*spin {dir}", "*twirl {dir}", "*spin in place [{dir}]", "*whirl around {dir}", "*do {#full turn} {dir}", "*rotate all the way around {dir}", "*pirouette {dir}", "*do {#spin} [{dir}]", "*twirl around [{dir}] like a (dancer|ballerina)", "*turn a full circle {dir}", "*spin round to the {turn}", "*do {#360} {dir}", "*turn around on the spot {dir}, all the way",
        ),
        "tag": ("[{d}] spin", "spin {d}", "twirl", "pirouette [{d}]", "360 turn [{d}]", "{#spin} {dir}"),
        "hyper": ("*turn around and around ~",),
    },
}  # fmt: skip
