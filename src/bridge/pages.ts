/** Deeper frames are advertisements, not forms. */
const depthMax = 3;

/** The page and the frames in it that it may reach into: HubSpot's older forms are such frames. */
export function pagesIn(page: Document, depth = depthMax): readonly Document[] {
  if (depth === 0) return [page];
  const frames = Array.from(page.querySelectorAll('iframe'), contentOf);
  return [page, ...frames.flatMap((inner) => (inner === null ? [] : pagesIn(inner, depth - 1)))];
}

function contentOf(frame: HTMLIFrameElement): Document | null {
  try {
    return frame.contentDocument;
  } catch {
    return null;
  }
}
