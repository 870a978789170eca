from rights import as_nobody, open_folder_for_all

__all__ = ["as_nobody", "open_folder_for_all"]
