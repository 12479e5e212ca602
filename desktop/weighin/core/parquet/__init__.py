"""Reading the hub's Parquet files: just what files of questions use, within limits, with the standard library alone.

Apache Parquet format 2: footer and page headers in Thrift's compact protocol (thrift.py), data pages of both versions,
plain and dictionary encoding (encodings.py), no compression, Snappy (snappy.py) or gzip. Columns of texts and whole
numbers, required or optional, in structures and in lists that hold no lists. Everything else is refused in a sentence.
"""

from weighin.core.parquet.reader import read_rows

__all__ = ["read_rows"]
