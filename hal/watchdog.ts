/** The hardware watchdog. On an nRF52 it cannot be stopped or retimed once it runs, so there is no `stop`. */
export interface Watchdog {
  /** Starts it; has no effect on a watchdog that runs already. */
  start(timeoutMs: number): void;
  kick(): void;
}
