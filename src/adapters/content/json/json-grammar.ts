/**
 * The grammar of JSON (RFC 8259) as a table: what each byte does in each state. It makes twice the speed of
 * the same rules as conditions.
 */

export const state = {
  /** A value has to follow. */
  value: 0,
  /** Behind `[`. */
  firstElement: 1,
  /** Behind `{`. */
  firstName: 2,
  /** Behind a comma in an object. */
  name: 3,
  colon: 4,
  /** Behind a value. */
  after: 5,
  string: 6,
  escape: 7,
  hex4: 8,
  hex3: 9,
  hex2: 10,
  hex1: 11,
  /** `t` of "true", `tr`, … */
  t: 12,
  tr: 13,
  tru: 14,
  f: 15,
  fa: 16,
  fal: 17,
  fals: 18,
  n: 19,
  nu: 20,
  nul: 21,
  minus: 22,
  zero: 23,
  integer: 24,
  point: 25,
  fraction: 26,
  exponent: 27,
  exponentSign: 28,
  exponentDigit: 29,
  nameString: 30,
  nameEscape: 31,
  nameHex4: 32,
  nameHex3: 33,
  nameHex2: 34,
  nameHex1: 35,
} as const;
const states = Object.keys(state).length;

/** What the table cannot say by a next state alone. */
export const action = {
  refuse: 128,
  lineBreak: 129,
  openObject: 130,
  openArray: 131,
  closeObject: 132,
  closeArray: 133,
  comma: 134,
  beginName: 135,
  beginString: 136,
  endName: 137,
  beginLiteral: 138,
  beginNumber: 139,
  /** The byte is not part of the number any more and is looked at again. */
  endNumber: 140,
} as const;
export const firstAction = action.refuse;

export const transitions = new Uint8Array(states * 256).fill(action.refuse);

const on = (now: number, characters: string, next: number): void => {
  for (const character of characters) transitions[(now << 8) | character.charCodeAt(0)] = next;
};

type Five = [number, number, number, number, number];

const digits = "0123456789";

for (const now of [state.value, state.firstElement, state.firstName, state.name, state.colon, state.after]) {
  on(now, " \t\r", now);
  on(now, "\n", action.lineBreak);
}

for (const now of [state.value, state.firstElement]) {
  on(now, "{", action.openObject);
  on(now, "[", action.openArray);
  on(now, '"', action.beginString);
  on(now, "tfn", action.beginLiteral);
  on(now, `-${digits}`, action.beginNumber);
}
on(state.firstElement, "]", action.closeArray);
on(state.firstName, "}", action.closeObject);
on(state.firstName, '"', action.beginName);
on(state.name, '"', action.beginName);
on(state.colon, ":", state.value);
on(state.after, ",", action.comma);
on(state.after, "}", action.closeObject);
on(state.after, "]", action.closeArray);

// Whether strings are UTF-8 is checked apart, and much faster.
for (const [string, end] of [
  [state.string, state.after],
  [state.nameString, action.endName],
] as const) {
  const [escaped, hex4, hex3, hex2, hex1] = [1, 2, 3, 4, 5].map((step) => string + step) as Five;
  transitions.fill(string, (string << 8) | 0x20, (string + 1) << 8);
  on(string, '"', end);
  on(string, "\\", escaped);
  on(escaped, '"\\/bfnrt', string);
  on(escaped, "u", hex4);
  for (const [now, next] of [
    [hex4, hex3],
    [hex3, hex2],
    [hex2, hex1],
    [hex1, string],
  ] as const) {
    on(now, `${digits}abcdefABCDEF`, next);
  }
}

on(state.t, "r", state.tr);
on(state.tr, "u", state.tru);
on(state.tru, "e", state.after);
on(state.f, "a", state.fa);
on(state.fa, "l", state.fal);
on(state.fal, "s", state.fals);
on(state.fals, "e", state.after);
on(state.n, "u", state.nu);
on(state.nu, "l", state.nul);
on(state.nul, "l", state.after);

/** Where a number may end. */
const numberEnds = [state.zero, state.integer, state.fraction, state.exponentDigit];
for (const now of numberEnds) on(now, " \t\r\n,]}", action.endNumber);
on(state.minus, digits, state.integer);
on(state.minus, "0", state.zero);
on(state.integer, digits, state.integer);
for (const now of [state.zero, state.integer]) on(now, ".", state.point);
for (const now of [state.zero, state.integer, state.fraction]) on(now, "eE", state.exponent);
for (const now of [state.point, state.fraction]) on(now, digits, state.fraction);
on(state.exponent, "+-", state.exponentSign);
for (const now of [state.exponent, state.exponentSign, state.exponentDigit]) {
  on(now, digits, state.exponentDigit);
}

/** The state behind the first byte of a number or a literal. */
export const stateBehind = new Uint8Array(256);
for (const [byte, next] of Object.entries({ t: state.t, f: state.f, n: state.n, "-": state.minus })) {
  stateBehind[byte.charCodeAt(0)] = next;
}
stateBehind.fill(state.integer, 0x31, 0x3a);
stateBehind[0x30] = state.zero;

/** The same for levels that nobody is told of: there, words begin and end without any action. */
export const innerTransitions = transitions.slice();
for (const now of [state.value, state.firstElement]) {
  innerTransitions[(now << 8) | 0x22] = state.string;
  for (const [byte, next] of stateBehind.entries()) if (next > 0) innerTransitions[(now << 8) | byte] = next;
}
for (const now of [state.name, state.firstName]) innerTransitions[(now << 8) | 0x22] = state.nameString;
innerTransitions[(state.nameString << 8) | 0x22] = state.colon;

export const mayEnd = (now: number): boolean => now === state.after || numberEnds.some((end) => end === now);

export const isInString = (now: number): boolean =>
  (now >= state.string && now <= state.hex1) || now >= state.nameString;

/** 1 for bytes that say nothing special in a string. */
export const plain = new Uint8Array(256).fill(1, 0x20);
plain[0x22] = 0;
plain[0x5c] = 0;

/** What may stand in a state, in words. `end`: how the container may go on; undefined outside of all. */
export const expected = (place: number, end: "]" | "}" | undefined): string => {
  const now = place >= state.nameString ? place - state.nameString + state.string : place;
  if (now >= state.minus) return "a digit";
  if (now >= state.t) return "true, false or null";
  if (now >= state.hex4) return "a hexadecimal digit";
  switch (now) {
    case state.firstElement:
      return "a value or ]";
    case state.firstName:
      return "a name in double quotes or }";
    case state.name:
      return "a name in double quotes";
    case state.colon:
      return "a colon";
    case state.after:
      return end === undefined ? "the end" : `a comma or ${end}`;
    case state.string:
      return "a visible character or an escape";
    case state.escape:
      return 'one of "\\/bfnrtu';
    default:
      return "a value";
  }
};
