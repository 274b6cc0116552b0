-- The rows of a roll-up in a window: of each length of interval those that lie within the window and in no longer one.
(seconds = 60 AND time >= first_60 AND time < last_60
    AND (first_300 >= last_300 OR time < first_300 OR time >= last_300))
OR (seconds = 300 AND time >= first_300 AND time < last_300
    AND (first_600 >= last_600 OR time < first_600 OR time >= last_600))
OR (seconds = 600 AND time >= first_600 AND time < last_600
    AND (first_1800 >= last_1800 OR time < first_1800 OR time >= last_1800))
OR (seconds = 1800 AND time >= first_1800 AND time < last_1800
    AND (first_3600 >= last_3600 OR time < first_3600 OR time >= last_3600))
OR (seconds = 3600 AND time >= first_3600 AND time < last_3600)
