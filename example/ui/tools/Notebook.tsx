import { useMutation, useQuery } from "convex/react";
import { Trash2 } from "lucide-react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { Dots, IconButton } from "../app/controls";
import { describeError } from "../app/errors";
import { useToast } from "../app/toasts";
import { viewerKey } from "../app/viewer";

const toolList = [
  { name: "countPrimes", text: "shows its progress: it is a generator, and each value it yields is on the page at once" },
  { name: "convertUnits", text: "throws when units do not fit; the model and the page are told" },
  { name: "addNote", text: "writes into the database, for the person who asked" },
  { name: "askColleague", text: "is another agent, whose words are the progress" },
];

/** The tools of the page, and the notebook that one of them writes into. */
export function Notebook() {
  const notes = useQuery(api.tools.notebook.list, { viewerKey });
  const remove = useMutation(api.tools.notebook.remove);
  const showToast = useToast();
  const tear = async (noteId: Id<"notes">) => {
    try {
      await remove({ viewerKey, noteId });
    } catch (error) {
      showToast(describeError(error));
    }
  };
  return (
    <div className="space-y-7">
      <div>
        <h2 className="mb-2 text-sm font-semibold">Your notebook</h2>
        {notes === undefined && <p role="status" className="py-3"><Dots /><span className="sr-only">Loading the notebook</span></p>}
        {notes?.length === 0 && <p className="text-sm text-muted">It is empty. Ask the agent to add a note: the tool writes it, and it appears here.</p>}
        <ul aria-label="Notes" className="space-y-1.5">
          {notes?.map(({ noteId, text }) => (
            <li key={noteId} className="flex items-start gap-1 rounded-lg border border-line bg-raised py-1 pr-1 pl-3 text-sm">
              <span className="min-w-0 flex-1 py-1.5 wrap-anywhere">{text}</span>
              <IconButton label={`Delete the note “${text}”`} className="size-8!" onClick={() => void tear(noteId)}><Trash2 size={15} /></IconButton>
            </li>
          ))}
        </ul>
      </div>
      <div>
        <h2 className="mb-2 text-sm font-semibold">What the agent can call</h2>
        <dl className="space-y-2.5 text-sm">
          {toolList.map(({ name, text }) => <div key={name}><dt className="font-mono text-xs font-medium">{name}</dt><dd className="text-muted">{text}</dd></div>)}
        </dl>
      </div>
    </div>
  );
}
