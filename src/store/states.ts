/** `running`: reading pages. `synced`: pages read, not yet reconciled. `interrupted`: its process died or was stopped. */
export type RunState = "running" | "synced" | "reconciled" | "reported" | "interrupted" | "failed"

/** Source: docs/glossary.md, "Words". */
export type CoverageState = "COMPLETE" | "NOT_APPLICABLE" | "PARTIAL" | "DENIED" | "FAILED"
