/**
 * The grammar of JSON (RFC 8259) as a transition table, indexed by state and byte. A table has twice the throughput
 * of the same rules as conditions.
 */

export const state = {
  /** A value is expected. */
  value: 0,
  /** After `[`. */
  firstElement: 1,
  /** After `{`. */
  firstName: 2,
  /** After a comma in an object. */
  name: 3,
  colon: 4,
  /** After a value. */
  afterValue: 5,
  string: 6,
  escape: 7,
  hex4: 8,
  hex3: 9,
  hex2: 10,
  hex1: 11,
  /** After `t` of "true", after `tr`, and so on. */
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

/** Entries of the table that are more than a next state. */
export const action = {
  invalid: 128,
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
  /** The byte is not part of the number, and is processed again in the next state. */
  endNumber: 140,
} as const;
export const firstAction = action.invalid;

export const transitions = new Uint8Array(states * 256).fill(action.invalid);

const on = (current: number, characters: string, next: number): void => {
  for (const character of characters) transitions[(current << 8) | character.charCodeAt(0)] = next;
};

type FiveStates = [number, number, number, number, number];

const digits = "0123456789";

for (const current of [
  state.value,
  state.firstElement,
  state.firstName,
  state.name,
  state.colon,
  state.afterValue,
]) {
  on(current, " \t\r", current);
  on(current, "\n", action.lineBreak);
}

for (const current of [state.value, state.firstElement]) {
  on(current, "{", action.openObject);
  on(current, "[", action.openArray);
  on(current, '"', action.beginString);
  on(current, "tfn", action.beginLiteral);
  on(current, `-${digits}`, action.beginNumber);
}
on(state.firstElement, "]", action.closeArray);
on(state.firstName, "}", action.closeObject);
on(state.firstName, '"', action.beginName);
on(state.name, '"', action.beginName);
on(state.colon, ":", state.value);
on(state.afterValue, ",", action.comma);
on(state.afterValue, "}", action.closeObject);
on(state.afterValue, "]", action.closeArray);

// UTF-8 in strings is checked separately, by Node's faster `isUtf8`.
for (const [string, end] of [
  [state.string, state.afterValue],
  [state.nameString, action.endName],
] as const) {
  const [escaped, hex4, hex3, hex2, hex1] = [1, 2, 3, 4, 5].map((step) => string + step) as FiveStates;
  transitions.fill(string, (string << 8) | 0x20, (string + 1) << 8);
  on(string, '"', end);
  on(string, "\\", escaped);
  on(escaped, '"\\/bfnrt', string);
  on(escaped, "u", hex4);
  for (const [current, next] of [
    [hex4, hex3],
    [hex3, hex2],
    [hex2, hex1],
    [hex1, string],
  ] as const) {
    on(current, `${digits}abcdefABCDEF`, next);
  }
}

on(state.t, "r", state.tr);
on(state.tr, "u", state.tru);
on(state.tru, "e", state.afterValue);
on(state.f, "a", state.fa);
on(state.fa, "l", state.fal);
on(state.fal, "s", state.fals);
on(state.fals, "e", state.afterValue);
on(state.n, "u", state.nu);
on(state.nu, "l", state.nul);
on(state.nul, "l", state.afterValue);

/** The states in which a number is complete. */
const completeNumberStates = [state.zero, state.integer, state.fraction, state.exponentDigit];
for (const current of completeNumberStates) on(current, " \t\r\n,]}", action.endNumber);
on(state.minus, digits, state.integer);
on(state.minus, "0", state.zero);
on(state.integer, digits, state.integer);
for (const current of [state.zero, state.integer]) on(current, ".", state.point);
for (const current of [state.zero, state.integer, state.fraction]) on(current, "eE", state.exponent);
for (const current of [state.point, state.fraction]) on(current, digits, state.fraction);
on(state.exponent, "+-", state.exponentSign);
for (const current of [state.exponent, state.exponentSign, state.exponentDigit]) {
  on(current, digits, state.exponentDigit);
}

/** The state after the first byte of a number or a literal. */
export const stateAfterFirstByte = new Uint8Array(256);
for (const [byte, next] of Object.entries({ t: state.t, f: state.f, n: state.n, "-": state.minus })) {
  stateAfterFirstByte[byte.charCodeAt(0)] = next;
}
stateAfterFirstByte.fill(state.integer, 0x31, 0x3a);
stateAfterFirstByte[0x30] = state.zero;

/**
 * The table for levels that are not reported: strings, numbers and literals begin and end there without an action.
 */
export const unreportedTransitions = transitions.slice();
for (const current of [state.value, state.firstElement]) {
  unreportedTransitions[(current << 8) | 0x22] = state.string;
  for (const [byte, next] of stateAfterFirstByte.entries())
    if (next > 0) unreportedTransitions[(current << 8) | byte] = next;
}
for (const current of [state.name, state.firstName])
  unreportedTransitions[(current << 8) | 0x22] = state.nameString;
unreportedTransitions[(state.nameString << 8) | 0x22] = state.colon;

export const isCompleteValue = (current: number): boolean =>
  current === state.afterValue || completeNumberStates.some((end) => end === current);

export const isInString = (current: number): boolean =>
  (current >= state.string && current <= state.hex1) || current >= state.nameString;

/** 1 for the bytes that may stand for themselves in a string. */
export const isUnescaped = new Uint8Array(256).fill(1, 0x20);
isUnescaped[0x22] = 0;
isUnescaped[0x5c] = 0;

/**
 * Describes what is expected in a state. `end`: the bracket that closes the container; undefined at the top level.
 */
export const describeExpected = (rawState: number, end: "]" | "}" | undefined): string => {
  const current = rawState >= state.nameString ? rawState - state.nameString + state.string : rawState;
  if (current >= state.minus) return "a digit";
  if (current >= state.t) return "true, false or null";
  if (current >= state.hex4) return "a hexadecimal digit";
  switch (current) {
    case state.firstElement:
      return "a value or ]";
    case state.firstName:
      return "a name in double quotes or }";
    case state.name:
      return "a name in double quotes";
    case state.colon:
      return "a colon";
    case state.afterValue:
      return end === undefined ? "the end" : `a comma or ${end}`;
    case state.string:
      return "a visible character or an escape";
    case state.escape:
      return 'one of "\\/bfnrtu';
    default:
      return "a value";
  }
};
