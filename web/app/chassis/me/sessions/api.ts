import { queryOptions } from "@tanstack/react-query";
import { answer, http } from "~/api/client";

export const sessionsQuery = queryOptions({
  queryKey: ["me", "sessions"],
  queryFn: () => answer(http.GET("/api/v1/me/sessions")),
});

export async function endSession(id: string): Promise<void> {
  await http.DELETE("/api/v1/me/sessions/{id}", { params: { path: { id } } });
}

export async function endOtherSessions(): Promise<void> {
  await http.DELETE("/api/v1/me/sessions");
}
