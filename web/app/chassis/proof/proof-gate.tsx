import { lazy, Suspense, useEffect, useState } from "react";
import { setProofAsker } from "~/api/proof";

const ProofDialog = lazy(() => import("./proof-dialog"));

interface Question {
  methods: string[];
  answer: (proved: boolean) => void;
}

/**
 * Wherever a request is refused until somebody has shown again that it is them, they are asked in place,
 * and the request is sent once more: nothing that was typed is lost.
 */
export function ProofGate() {
  const [question, setQuestion] = useState<Question | null>(null);
  useEffect(() => {
    setProofAsker((methods) => new Promise((answer) => setQuestion({ methods, answer })));
    return () => setProofAsker(null);
  }, []);
  if (!question) return null;
  return (
    <Suspense>
      <ProofDialog
        methods={question.methods}
        onDone={(proved) => {
          setQuestion(null);
          question.answer(proved);
        }}
      />
    </Suspense>
  );
}
