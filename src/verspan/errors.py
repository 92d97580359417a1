"""Every exception Verspan raises.

::

    VerspanError
    ├── InvalidArgumentError (also a ValueError)   an argument of a call, an option or a setting is not usable
    ├── NotFoundError (also a LookupError)         no version, trace or experiment of that name or id
    ├── MissingPackageError (also an ImportError)  an optional package is not installed
    └── StoreError                                 the store could not do what was asked
        ├── StoreUnavailableError                  it cannot be opened, read or written
        ├── StoreCorruptError                      the file is there and is not a readable store
        └── StoreTooNewError                       a newer Verspan wrote it

Each message names the thing and the way out. None of these is ever raised out of instrumentation: what goes wrong
there is logged, and the application goes on.
"""

from __future__ import annotations


class VerspanError(Exception):
    """The base of every exception that Verspan raises on purpose."""


class InvalidArgumentError(VerspanError, ValueError):
    """An argument of a call, an option of the command line or a setting is not usable."""


class NotFoundError(VerspanError, LookupError):
    """No version, trace or experiment has the name or id that was asked for."""


class MissingPackageError(VerspanError, ImportError):
    """An optional package is needed and not installed; the message holds the ``pip install`` line."""


class StoreError(VerspanError):
    """The store could not do what was asked of it."""


class StoreUnavailableError(StoreError):
    """The store cannot be opened, read or written: no permission, no space, no such place, locked for too long."""


class StoreCorruptError(StoreError):
    """A file stands where the store should be and cannot be read as one; it is left exactly as it is."""


class StoreTooNewError(StoreError):
    """The store was written by a newer Verspan than this one, which therefore does not touch it."""
