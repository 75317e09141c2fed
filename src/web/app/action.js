// What a person does, one thing at a time.

import { useRef, useState } from "preact/hooks";

/**
 * @returns {{busy: boolean, isUnderWay: () => boolean, run: (action: () => Promise<void>) => Promise<void>}}
 *   what is begun while another is under way does nothing: a double click does one thing
 */
export function useAction() {
  const underWay = useRef(false);
  const [busy, setBusy] = useState(false);
  return {
    busy,
    isUnderWay: () => underWay.current,
    async run(action) {
      if (underWay.current) return;
      underWay.current = true;
      setBusy(true);
      try {
        await action();
      } finally {
        underWay.current = false;
        setBusy(false);
      }
    },
  };
}
