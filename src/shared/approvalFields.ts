/** What an approval tells beside its id, by the names that a part has for it. */
export const APPROVAL_FIELDS = ["descriptor", "inputSchemaInput", "requestReason", "isAutomatic", "signature"];
