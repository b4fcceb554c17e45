import type { Part } from './server.js';

/** One hub. */
export interface Replica {
  readonly generatorUrl: string | undefined;
  readonly webhookUrl: string | undefined;
  /** None when it runs in this process. */
  readonly metricsUrl?: string;
}

/** Hub and agents while they run. */
export interface Running {
  readonly replicas: readonly Replica[];
  /** Hub and agents, when they are processes that can be killed. */
  readonly parts: readonly Part[];
  /** For how many looks in a row nothing may be written until they count as done. */
  readonly quietLooks: number;
  /** Tells the hub of a push; only this one of several when it is given. */
  look(replica?: Replica): void;
  isIdle(): boolean;
  stop(): Promise<void>;
}
