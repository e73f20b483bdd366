// The words of rotas.

export const words = {
  title: "Rotas",
} as const;
