/** The invented towns around a lake, where the simulated outbreak takes place. */
export interface Town {
  readonly district: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly colour: string;
  /** How many of its people's contacts elsewhere are where. */
  readonly travel: Readonly<Record<string, number>>;
}

export const townNames = [
  "Port Alder",
  "Millreach",
  "Northmere",
  "Kestrel Bay",
  "Otterford",
  "Sandholm",
] as const;
export type TownName = (typeof townNames)[number];

/** A lakeland with few people in it lends its map. */
export const towns: Readonly<Record<TownName, Town>> = {
  "Port Alder": {
    district: "South shore",
    latitude: 61.06,
    longitude: 28.19,
    colour: "#3E5CB5",
    travel: { Millreach: 5, Northmere: 2, "Kestrel Bay": 1, Sandholm: 1 },
  },
  Millreach: {
    district: "South shore",
    latitude: 61.2,
    longitude: 27.2,
    colour: "#5097BA",
    travel: { "Port Alder": 5, Northmere: 2, Otterford: 1 },
  },
  Northmere: {
    district: "North shore",
    latitude: 61.87,
    longitude: 28.88,
    colour: "#75B681",
    travel: { "Kestrel Bay": 4, Otterford: 3, "Port Alder": 2 },
  },
  "Kestrel Bay": {
    district: "North shore",
    latitude: 62.1,
    longitude: 29.95,
    colour: "#C9B843",
    travel: { Northmere: 4, Sandholm: 2, Otterford: 2, "Port Alder": 1 },
  },
  Otterford: {
    district: "North shore",
    latitude: 62.32,
    longitude: 27.9,
    colour: "#E59637",
    travel: { Northmere: 3, "Kestrel Bay": 2, Millreach: 2 },
  },
  Sandholm: {
    district: "Islands",
    latitude: 61.55,
    longitude: 28.0,
    colour: "#DF4327",
    travel: { "Port Alder": 2, "Kestrel Bay": 3 },
  },
};

export const districtColours: Readonly<Record<string, string>> = {
  "South shore": "#4A7DB8",
  "North shore": "#A3B852",
  Islands: "#DF4327",
};
