import { Component, type ReactNode } from "react";

interface Props {
  text: string;
  children: ReactNode;
}

/** Shows a text as it was written when rendering it fails, so that a fault of a parser takes no message away. Other text tries again. */
export class AsWritten extends Component<Props, { text: string; hasFailed: boolean }> {
  override state = { text: "", hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  static getDerivedStateFromProps({ text }: Props, state: { text: string }) {
    return text === state.text ? null : { text, hasFailed: false };
  }

  override render(): ReactNode {
    return this.state.hasFailed ? <p className="whitespace-pre-wrap">{this.props.text}</p> : this.props.children;
  }
}
