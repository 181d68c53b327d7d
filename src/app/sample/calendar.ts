const day = 86_400_000;
/** The day of the first infection. */
const start = Date.UTC(2024, 2, 6);

/** As Auspice counts time: a year and its fraction. */
export const decimalYear = (days: number): number => {
  const time = start + days * day;
  const year = new Date(time).getUTCFullYear();
  const [from, to] = [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)];
  return Number((year + (time - from) / (to - from)).toFixed(4));
};

/** YYYY-MM-DD. */
export const isoDate = (days: number): string => new Date(start + days * day).toISOString().slice(0, 10);

const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** As in "6 March". */
export const dayAndMonth = (days: number): string => {
  const date = new Date(start + days * day);
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]}`;
};
