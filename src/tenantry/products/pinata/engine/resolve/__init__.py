"""From the facts of single files to one program: imports, definitions, types, constant strings, calls."""
