import { StoreDown, StoreFull } from "../../domain/failure.ts";
import { diskFault } from "../shared/disk-fault.ts";

export interface Trouble {
  readonly status: number;
  readonly heading: string;
  readonly explanation: string;
}

/** What is said about a failure of the provider itself, whose cause is in the log. */
export const troubleOf = (error: unknown): Trouble => {
  const heading = "Something went wrong";
  if (error instanceof StoreDown) return { status: 503, heading, explanation: error.message };
  const fault = diskFault(error);
  if (fault === undefined) {
    return { status: 500, heading, explanation: "The server could not do what was asked. Its log says why." };
  }
  if (fault === "full") return { status: 507, heading, explanation: new StoreFull().message };
  return { status: 503, heading, explanation: new StoreDown({ lasting: fault === "permanent" }).message };
};
