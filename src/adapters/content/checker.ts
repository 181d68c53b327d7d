/**
 * Looks at content piece by piece, in bounded memory. Both methods throw BadContent as soon as they know; a promise is
 * to be awaited before the next piece.
 */
export interface Checker {
  push(piece: Uint8Array): void | Promise<void>;
  /** The content is complete. */
  end(): void | Promise<void>;
}

const count = new Intl.NumberFormat("en-GB");

/** 1-based, for people: "byte 4,096". */
export const bytePosition = (position: number): string => `byte ${count.format(position)}`;

export const countOf = (number: number): string => count.format(number);

/** A size as people write it, in powers of ten: "10 GB". */
export const sizeOf = (bytes: number): string => {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let size = bytes;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${Math.floor(size * 100) / 100} ${units[unit]}`;
};
