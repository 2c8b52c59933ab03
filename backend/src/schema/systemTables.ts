/**
 * A table of the backend's own. `app`: one for the whole deployment, in the root component. `component`: every
 * component has its own. Indexes end with `_creationTime`, as developers' do.
 */
export interface SystemTable {
  readonly tableName: string;
  readonly scope: "app" | "component";
  readonly indexes: readonly { readonly indexDescriptor: string; readonly fields: readonly string[] }[];
}

/** Every system table with its indexes. A table that is missing in an older data folder is added when it opens. */
export const SYSTEM_TABLES: readonly SystemTable[] = [
  // Scheduler (scheduler/jobs.ts, scheduler/crons.ts).
  { tableName: "_scheduled_functions", scope: "component", indexes: [] },
  {
    tableName: "_scheduled_jobs", scope: "app",
    indexes: [
      { indexDescriptor: "by_wake", fields: ["phase", "wakeMs"] },
      { indexDescriptor: "by_owner", fields: ["ownerComponent", "ownerId"] },
    ],
  },
  { tableName: "_cron_jobs", scope: "app", indexes: [{ indexDescriptor: "by_name", fields: ["componentPath", "name"] }] },
  // Files (files/fileRows.ts).
  { tableName: "_storage", scope: "component", indexes: [] },
  {
    tableName: "_storage_files", scope: "app",
    indexes: [
      { indexDescriptor: "by_storage_id", fields: ["componentPath", "storageId"] },
      { indexDescriptor: "by_uuid", fields: ["uuid"] },
      { indexDescriptor: "by_state", fields: ["state"] },
    ],
  },
  // Deployment (system/).
  { tableName: "_environment_variables", scope: "app", indexes: [{ indexDescriptor: "by_name", fields: ["name"] }] },
  // Functions and pushes (components/handles.ts, push/store.ts).
  { tableName: "_function_handles", scope: "app", indexes: [{ indexDescriptor: "by_function", fields: ["componentPath", "path"] }] },
  { tableName: "_deployments", scope: "app", indexes: [] },
  { tableName: "_function_usage", scope: "app", indexes: [{ indexDescriptor: "by_function", fields: ["componentPath", "identifier", "udfType"] }] },
  // Import and export (transfer/).
  { tableName: "_exports", scope: "app", indexes: [] },
  { tableName: "_snapshot_imports", scope: "app", indexes: [] },
];
