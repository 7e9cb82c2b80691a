/** Where an exception stands. Source: docs/rules.md, "Exceptions live". */
export const exceptionStates = ["open", "acknowledged", "resolved", "written_off", "reopened"] as const
export type ExceptionState = (typeof exceptionStates)[number]

/** Neither resolved nor written off: somebody still has to see to it. */
export const liveStates = ["open", "acknowledged", "reopened"] as const satisfies ReadonlyArray<ExceptionState>
