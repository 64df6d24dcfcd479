"""Publishing: carrying a plan out, killed or not, alone or beside another publisher."""
