import "./reflect-metadata.ts";
import type { DependencyContainer } from "tsyringe";
import { container, instanceCachingFactory } from "tsyringe";

/** Gives tsyringe's symbols a type. */
export type Key<T> = symbol & { readonly holds?: T };

export const key = <T>(name: string): Key<T> => Symbol(name);

/** One for each composition, since a child's override is not seen by what its parent has made already. */
export const newContainer = (): DependencyContainer => container.createChildContainer();

export const bind = <T>(to: DependencyContainer, under: Key<T>, make: () => NoInfer<T>): void => {
  to.register<T>(under, { useFactory: instanceCachingFactory(make) });
};

export const get = <T>(from: DependencyContainer, under: Key<T>): T => from.resolve<T>(under);
