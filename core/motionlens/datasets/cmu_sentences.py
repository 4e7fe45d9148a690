"""CMU's one-line trial descriptions as plain sentences.

CMU writes telegrams ("playground - climb", "run/jog, veer left"). A description in ``ONE_KIND`` names one
kind of movement that goes on through the whole trial, so that it is true of any window of it; one in
``ONCE`` names something with a beginning and an end, true of the whole trial alone. A description in neither
(names of karate forms, "Alaskan vacation", "Motorcycle", "Range of Motion", lists of exercises whose order the
trial does not keep) says too little about the movement to be learned from, and is not used.
"""

from __future__ import annotations

ONE_KIND: dict[str, str] = {
    "walk": "a person walks forward",
    "slow walk": "a person walks slowly",
    "slow walk/stride": "a person walks slowly with long strides",
    "walk/stride": "a person walks with long strides",
    "walk, exaggerated stride": "a person walks with exaggerated strides",
    "walk on uneven terrain": "a person walks on uneven terrain",
    "run": "a person runs",
    "run/jog": "a person jogs",
    "salsa dance": "a person dances salsa",
    "boxing": "a person boxes",
    "punch/strike": "a person punches and strikes",
    "swordplay": "a person fights with a sword",
    "wash self": "a person washes himself",
    "wash windows": "a person washes windows",
    "mop floor": "a person mops the floor",
    "laugh": "a person laughs",
    "direct traffic, wave, point": "a person directs traffic, waving and pointing with the arms",
    "jump up to grab, reach for, tiptoe": "a person reaches up, stands on tiptoe and jumps to grab something",
    "basketball - forward dribble": "a person dribbles a basketball while walking forward",
    "basketball - backward dribble": "a person dribbles a basketball while walking backward",
    "basketball - sideways dribble": "a person dribbles a basketball while moving sideways",
    "basketball signals": "a person makes a basketball referee's signals",
    "jumping jacks": "a person does jumping jacks",
    "prairie dog (human subject)": "a person moves like a prairie dog",
    "whale (human subject)": "a person moves like a whale",
    "bear (human subject)": "a person moves like a bear",
    "dog (human subject)": "a person moves like a dog",
    "elephant (human subject)": "a person moves like an elephant",
    "chicken (human subject)": "a person moves like a chicken",
    "dinosaur (human subject)": "a person moves like a dinosaur",
    "snake (human subject)": "a person moves like a snake",
}
ONCE: dict[str, str] = {
    "jump, balance": "a person jumps and balances",
    "jump": "a person jumps",
    "high jump": "a person jumps high",
    "forward jump": "a person jumps forward",
    "run, leap": "a person runs and leaps",
    "cartwheel": "a person does a cartwheel",
    "cartwheels": "a person does cartwheels",
    "balance on one leg, outstretched arms": "a person balances on one leg with the arms outstretched",
    "jump up and down, hop on one foot": "a person jumps up and down and hops on one foot",
    "run/jog, sudden stop": "a person jogs and suddenly stops",
    "slow walk, stop": "a person walks slowly and stops",
    "walk, veer left": "a person walks and veers left",
    "walk, veer right": "a person walks and veers right",
    "walk, 90-degree left turn": "a person walks and turns left",
    "walk, 90-degree right turn": "a person walks and turns right",
    "run, veer left": "a person runs and veers left",
    "run, veer right": "a person runs and veers right",
    "run, 90-degree left turn": "a person runs and turns left",
    "run, 90-degree right turn": "a person runs and turns right",
    "run/jog, veer left": "a person jogs and veers left",
    "run/jog, veer right": "a person jogs and veers right",
    "run/jog, 90-degree left turn": "a person jogs and turns left",
    "run/jog, 90-degree right turn": "a person jogs and turns right",
    "navigate - walk forward, backward, sideways": "a person walks forward, backward and sideways",
    "basketball - forward dribble, 90-degree left turns": "a person dribbles a basketball and turns left",
    "basketball - forward dribble, 90-degree right turns": "a person dribbles a basketball and turns right",
    "basketball - crossover dribble, shoot": "a person dribbles a basketball from hand to hand and shoots",
    "soccer - kick ball": "a person kicks a ball",
    "drink soda": "a person drinks from a bottle",
    "drink soda, screw on bottlecap": "a person drinks from a bottle, then screws the cap on",
    "unscrew bottlecap, drink soda": "a person unscrews a bottle's cap, then drinks from it",
    "climb 3 steps": "a person climbs three steps",
    "climb ladder": "a person climbs a ladder",
    "Walk to Run": "a person walks, then runs",
    "Run to Quick Stop": "a person runs and stops quickly",
    "Run": "a person runs",
    "Run Right": "a person runs to the right",
    "Run Left": "a person runs to the left",
    "Run Side Step Right": "a person runs and sidesteps to the right",
    "Run Turn Left": "a person runs and turns left",
    "Run Turn Right": "a person runs and turns right",
    "Run Stop Run": "a person runs, stops and runs again",
    "Run Quick Stop Run": "a person runs, stops quickly and runs again",
    "Run Jump Stop Run": "a person runs, jumps, stops and runs again",
    "Run Dive Over Roll Run": "a person runs, dives over something, rolls and runs on",
    "Run Jump Over": "a person runs and jumps over something",
    "Run Duck Underneath": "a person runs and ducks underneath something",
    "Start Hop Stop": "a person starts to hop, then stops",
    "Front Kick": "a person does front kicks",
    "dance - expressive arms, pirouette": "a person dances with expressive arms and does a pirouette",
    "dance - sideways arabesque, turn step, folding arms": (
        "a person dances: an arabesque to the side, a turn step, folding the arms"
    ),
    "dance - sideways arabesque, folding arms, bending back": (
        "a person dances: an arabesque to the side, folding the arms, bending back"
    ),
    "dance - small jetes, pirouette": "a person dances with small leaps and a pirouette",
    "dance - small jetes, attitude/arabesque, shifted-axis pirouette, turn": (
        "a person dances with small leaps, an arabesque, a pirouette and a turn"
    ),
    "dance - attitude/arabesque, jete en tourant, bending back": (
        "a person dances with an arabesque, a turning leap and bending back"
    ),
    "dance - retire derriere, attitude/arabesque": "a ballet dancer raises one leg behind in an arabesque",
    "dance - coupe dessous, jete en tourant": "a ballet dancer does a turning leap",
    "dance - cartwheel-like start, pirouettes, jete": (
        "a person dances: a start like a cartwheel, pirouettes and a leap"
    ),
    "dance - quasi-cou-de-pied, raised leg above hip-height, jete en tourant": (
        "a person dances, raises a leg above hip height and does a turning leap"
    ),
    "dance - glissade devant, glissade derriere, attitude/arabesque": (
        "a ballet dancer glides forward and backward and does an arabesque"
    ),
    "dance - arms held high, pointe tendue a terre, upper body rotation": (
        "a person dances with the arms held high, turning the upper body"
    ),
    "dance - fold in from side arabesque, curl inwards": (
        "a dancer folds in from an arabesque to the side and curls inwards"
    ),
    "dance - lean forward, bring back leg forward, arching arms": (
        "a dancer leans forward and brings the back leg forward, arching the arms"
    ),
    "dance - lean back on bent leg, balance, bend elbow by ear": (
        "a dancer leans back on a bent leg, balances and bends an elbow by the ear"
    ),
    "static dance pose - folded in, head lowered, leg bent": (
        "a dancer holds a pose, folded in, the head lowered and a leg bent"
    ),
    "acrobatics - spin/twirl, hang on ropes": "an acrobat spins and hangs on ropes",
    "sit on high stool, stand up": "a person sits on a high stool, then stands up",
    "sit on stepstool, stand up": "a person sits on a stool, then stands up",
    "JumpTwist": "a person jumps and twists in the air",
}
