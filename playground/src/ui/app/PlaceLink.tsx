import type { AnchorHTMLAttributes } from "react";
import { ButtonLink } from "./controls";
import { formatPlace, movedTo, useLocation, type Place } from "./location";

type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> & {
  /** Where it leads, from where one is: see `go`. */
  to: Partial<Place>;
};

/** A link to another place of the playground: the browser's own behaviour (new tab, copy address) stays. */
export function PlaceLink({ to, children, ...rest }: LinkProps) {
  const place = useLocation();
  return <a {...rest} href={formatPlace(movedTo(place, to))}>{children}</a>;
}

/** The same, looking like a button. */
export function PlaceButton({ to, children, ...rest }: LinkProps & { look?: "primary" | "quiet" | "plain"; size?: "normal" | "small" }) {
  const place = useLocation();
  return <ButtonLink {...rest} href={formatPlace(movedTo(place, to))}>{children}</ButtonLink>;
}
