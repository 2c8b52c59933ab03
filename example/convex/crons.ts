import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";

const crons = cronJobs();

// A day into the new month, when the last calls of the old one have ended.
crons.monthly("generateInvoices", { day: 2, hourUTC: 0, minuteUTC: 0 }, internal.usage.invoices.generateInvoices, {});

// What was uploaded and never sent, or belonged to a conversation that is gone.
crons.daily("vacuumFiles", { hourUTC: 3, minuteUTC: 30 }, internal.files.vacuum.vacuum, {});

export default crons;
