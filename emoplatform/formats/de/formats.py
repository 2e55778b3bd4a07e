"""German dates and numbers; the week begins on Monday."""

DATE_FORMAT = "j. F Y"
DATETIME_FORMAT = "j. F Y, H:i"
MONTH_DAY_FORMAT = "j. F"
YEAR_MONTH_FORMAT = "F Y"
TIME_FORMAT = "H:i"
FIRST_DAY_OF_WEEK = 1
DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "."

# Formats that Django has no setting for.
WEEKDAY_DATE_FORMAT = "l, j. F Y"
WEEKDAY_FORMAT = "l, j. F"
SHORT_DAY_FORMAT = "j. M"
SHORT_MONTH_FORMAT = "M Y"
