"""Where the book and its settings are on this computer: --home, else DAYSHEET_HOME, else XDG folders."""

import os


class Home:
    """The folders of one book. With DAYSHEET_HOME or --home, one folder holds everything."""

    def __init__(self, folder: str | None) -> None:
        chosen = folder or os.environ.get("DAYSHEET_HOME")
        if chosen:
            self.data = os.path.abspath(os.path.expanduser(chosen))  # noqa: PTH100, PTH111
            self.config = self.data
            self.exports = os.path.join(self.data, "exports")  # noqa: PTH118
            self.runtime = os.path.join(self.data, "runtime")  # noqa: PTH118
            self.state = self.data
        else:
            import platformdirs

            dirs = platformdirs.PlatformDirs("daysheet", appauthor=False)
            self.data = dirs.user_data_dir
            self.config = dirs.user_config_dir
            self.exports = os.path.join(dirs.user_documents_dir, "daysheet")  # noqa: PTH118
            self.runtime = dirs.user_runtime_dir
            self.state = dirs.user_state_dir
