import { RAG } from "@convex-dev/rag";
import { components } from "../_generated/api";
import { chooseEmbedding } from "../model/embedding";

// #region rag
const { model, dimension } = chooseEmbedding();

/** What somebody has added is searched in a namespace of their own. */
export const rag = new RAG(components.rag, { textEmbeddingModel: model, embeddingDimension: dimension });
// #endregion
