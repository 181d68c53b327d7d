import { StoreDown, StoreFull } from "../../domain/failure.ts";
import { diskFault } from "../shared/disk-fault.ts";

export interface ErrorView {
  readonly status: number;
  readonly heading: string;
  readonly explanation: string;
}

/** What the error page says about a server error, whose cause is logged elsewhere. */
export const errorView = (error: unknown): ErrorView => {
  const heading = "Something went wrong";
  if (error instanceof StoreDown) return { status: 503, heading, explanation: error.message };
  const fault = diskFault(error);
  if (fault === undefined) {
    return { status: 500, heading, explanation: "The server could not do what was asked. Its log says why." };
  }
  if (fault === "full") return { status: 507, heading, explanation: new StoreFull().message };
  return { status: 503, heading, explanation: new StoreDown({ lasting: fault === "permanent" }).message };
};
