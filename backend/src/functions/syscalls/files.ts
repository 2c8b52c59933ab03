import { UserError } from "../../errors.ts";
import type { JsonValue } from "../../values/json.ts";
import type { ComponentPath, Transaction } from "../../transaction/types.ts";
import type { FileHooks, FunctionHooks } from "../hooks.ts";
import { textArg, type SyscallArgs } from "./args.ts";

/** @throws UserError when this backend keeps no files. */
export function mustHaveFiles(hooks: FunctionHooks): FileHooks {
  if (hooks.files === undefined) throw new UserError("NoFileStorage", "This backend was opened without file storage");
  return hooks.files;
}

type Handler = (files: FileHooks, tx: Transaction, call: { componentPath: ComponentPath; args: SyscallArgs }) => JsonValue;

function metadata(files: FileHooks, tx: Transaction, storage: { componentPath: ComponentPath; storageId: string }): JsonValue {
  const found = files.getMetadata(tx, storage.componentPath, storage.storageId);
  return found === null ? null : { ...found };
}

/** File syscalls by what they need: reading ones are for queries too. Actions run them in a transaction of their own. */
export const fileOps: Readonly<Record<string, { readonly writes: boolean; readonly run: Handler }>> = {
  "1.0/storageGetUrl": {
    writes: false,
    run: (files, tx, { componentPath, args }) => files.getUrl(tx, componentPath, textArg(args, "storageId", "storage.getUrl")),
  },
  "1.0/storageGetMetadata": {
    writes: false,
    run: (files, tx, { componentPath, args }) => metadata(files, tx, { componentPath, storageId: textArg(args, "storageId", "storage.getMetadata") }),
  },
  "1.0/storageGenerateUploadUrl": {
    writes: true,
    run: (files, tx, { componentPath }) => files.generateUploadUrl(tx, componentPath),
  },
  "1.0/storageDelete": {
    writes: true,
    run: (files, tx, { componentPath, args }) => {
      files.delete(tx, componentPath, textArg(args, "storageId", "storage.delete"));
      return null;
    },
  },
};
