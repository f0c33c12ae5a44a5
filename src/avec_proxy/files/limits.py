"""How much of a file is read. Beyond, it is refused: what is not read cannot be checked."""

MAX_BYTES = 20_000_000  # of a file
MAX_CHARACTERS = 2_000_000  # of all its texts together; scanning has its own, shorter limit in time
MAX_UNPACKED = 100_000_000  # bytes, of all members of an archive together
MAX_RATIO = 200  # unpacked to packed bytes of a member; XML rarely passes 30
FREE_OF_RATIO = 200_000  # bytes; a smaller member may be packed as well as it can
MAX_MEMBERS = 2_000
MAX_DEPTH = 64  # of JSON
MAX_XML_DEPTH = 200
MAX_NESTED = 4  # messages within messages
MAX_PARTS_WITHIN = 12  # parts of a message within parts
MAX_PAGES = 300
MAX_CELLS = 200_000
