"use client";
import { useCallback, useInsertionEffect, useRef } from "react";

/** A function of fixed identity that gives the value of the newest committed render: for event handlers only. */
export function useLatest<T>(value: T): () => T {
  const box = useRef(value);
  useInsertionEffect(() => {
    box.current = value;
  });
  return useCallback(() => box.current, []);
}
