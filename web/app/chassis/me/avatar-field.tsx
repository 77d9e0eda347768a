import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ImageUp } from "lucide-react";
import { type ChangeEvent, useRef } from "react";
import { answer, http } from "~/api/client";
import { Problem, readProblem } from "~/api/problem";
import { meQuery } from "~/api/queries";
import { useShell } from "~/shell/context";
import { Avatar } from "~/ui/avatar";
import { Button } from "~/ui/button";
import { toast, toastProblem } from "~/ui/toast";

const SIDE = 256;

/** The picture others see: chosen, made small and square here, and sent. */
export function AvatarField() {
  const { me } = useShell();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const changed = () => client.invalidateQueries({ queryKey: meQuery.queryKey, exact: true });
  const send = useMutation({
    mutationFn: async (file: File) => {
      const picture = await squared(file);
      const upload = await answer(http.POST("/api/v1/me/avatar/uploads"));
      const sent = await fetch(upload.url, { method: upload.method, body: picture });
      if (!sent.ok) throw await readProblem(sent);
      await answer(http.PUT("/api/v1/me/avatar", { body: { upload: upload.id } }));
    },
    onSuccess: async () => {
      await changed();
      toast.success("This is your picture now.");
    },
    onError: toastProblem,
  });
  const remove = useMutation({
    mutationFn: () => answer(http.DELETE("/api/v1/me/avatar")),
    onSuccess: changed,
    onError: toastProblem,
  });
  const chosen = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    if (file) send.mutate(file);
    event.target.value = "";
  };
  return (
    <div className="flex items-center gap-4">
      <Avatar name={me.name} src={me.avatar} className="size-14 text-lg" />
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => input.current?.click()} busy={send.isPending}>
          <ImageUp aria-hidden="true" /> {me.avatar ? "Another picture" : "Choose a picture"}
        </Button>
        {me.avatar && (
          <Button onClick={() => remove.mutate()} busy={remove.isPending}>
            Remove it
          </Button>
        )}
      </div>
      <input
        ref={input}
        type="file"
        accept="image/*"
        aria-label="Picture"
        className="sr-only"
        tabIndex={-1}
        onChange={chosen}
      />
    </div>
  );
}

/** The middle of the picture, drawn anew: small, and without what the camera wrote into it. */
async function squared(file: File): Promise<Blob> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file);
  } catch {
    throw new Problem({
      status: 422,
      code: "picture.unknown",
      detail: `${file.name} is no picture that this browser can read.`,
      hint: "Choose a PNG, a JPEG or a WebP.",
    });
  }
  const side = Math.min(picture.width, picture.height);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  canvas
    .getContext("2d")
    ?.drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, SIDE, SIDE);
  picture.close();
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture could not be drawn."))), "image/png"),
  );
}
