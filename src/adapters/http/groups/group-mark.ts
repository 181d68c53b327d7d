import type { Group } from "../../../domain/groups/group.ts";

/** Number of the classes `hue-0` … in `palette.css`. */
const hueCount = 10;

const sum = (text: string): number => [...text].reduce((total, letter) => total + letter.charCodeAt(0), 0);

/**
 * What stands for a group that has no logo: two letters of its name, as "Rv" of "respiratory-viruses", and a hue that
 * is the same on every page.
 */
export const groupMark = ({ name }: Group) => {
  const [first = "", second = ""] = name.split("-").filter((part) => part !== "");
  const letters = (first.charAt(0) + (second.charAt(0) || first.charAt(1))).toLowerCase();
  return { initials: letters.charAt(0).toUpperCase() + letters.slice(1), hue: sum(name) % hueCount };
};
