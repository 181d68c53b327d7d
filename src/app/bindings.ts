import "./reflect-metadata.ts";
import type { DependencyContainer } from "tsyringe";
import { container, instanceCachingFactory } from "tsyringe";

/** A tsyringe token with the type of what is bound to it. */
export type Key<T> = symbol & { readonly holds?: T };

export const key = <T>(name: string): Key<T> => Symbol(name);

/** Each composition has its own container, since instances that a parent has made do not see a child's overrides. */
export const newContainer = (): DependencyContainer => container.createChildContainer();

export const bind = <T>(to: DependencyContainer, under: Key<T>, make: () => NoInfer<T>): void => {
  to.register<T>(under, { useFactory: instanceCachingFactory(make) });
};

export const get = <T>(from: DependencyContainer, under: Key<T>): T => from.resolve<T>(under);
