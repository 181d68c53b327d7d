const numberFormat = new Intl.NumberFormat("en-GB");

/** A 1-based position, such as "byte 4,096". */
export const formatBytePosition = (position: number): string => `byte ${numberFormat.format(position)}`;

/** A number with thousands separators. */
export const formatCount = (number: number): string => numberFormat.format(number);

/** A size in powers of ten, such as "10 GB". */
export const formatSize = (bytes: number): string => {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let size = bytes;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${Math.floor(size * 100) / 100} ${units[unit]}`;
};
