import { ConvexProvider, ConvexReactClient } from "convex/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { ToastProvider } from "./app/toasts";
import "./styles.css";

const convex = new ConvexReactClient(import.meta.env.VITE_CONVEX_URL);
const root = document.querySelector("#root");
if (root === null) throw new Error("index.html has no element #root");

createRoot(root).render(
  <StrictMode>
    <ConvexProvider client={convex}>
      <ToastProvider>
        <App />
      </ToastProvider>
    </ConvexProvider>
  </StrictMode>,
);
