//! Figures of visits, equipment, use and work.

use super::{Figure, Kind};

// Attendance.

fig!(VISITS, "visits", "Visits asked for", Count, "Visits asked for in the period, called-off ones too.");
fig!(CANCELLED, "cancelled", "Called off", Count, "Visits that the control room called off before anybody arrived.");
fig!(UNFILLED, "unfilled", "Unfilled", Count, "Visits for which nobody could be found.");
fig!(ARRIVED, "arrived", "Attended", Count, "Visits on which a responder arrived.");
fig!(
    IN_TIME,
    "in_time",
    "There in {visits.attend_min} min",
    Count,
    "Visits on which a responder arrived at most {visits.attend_min} minutes after it was asked for."
);
fig!(
    IN_TIME_SHARE,
    "in_time_percent",
    "There in {visits.attend_min} min, percent",
    Percent,
    "Of the visits that were not called off and are not still under way within the time, rounded down."
);
fig!(IN_TIME_MET, "in_time_met", "First mark met", YesNo, "Whether that is at least {reports.attend_percent} percent.");
fig!(
    IN_LIMIT,
    "in_limit",
    "There in {visits.attend_limit_min} min",
    Count,
    "Visits on which a responder arrived at most {visits.attend_limit_min} minutes after it was asked for."
);
fig!(
    IN_LIMIT_SHARE,
    "in_limit_percent",
    "There in {visits.attend_limit_min} min, percent",
    Percent,
    "Of the visits that were not called off and are not still under way within the time, rounded down."
);
fig!(IN_LIMIT_MET, "in_limit_met", "Second mark met", YesNo, "Whether that is at least {reports.attend_limit_percent} percent.");
fig!(PROVEN, "proven", "Proven", Count, "Arrivals that the home's own equipment reported.");
fig!(
    TO_ARRIVAL,
    "to_arrival_min",
    "Median time to arrival",
    Minutes,
    "Minutes from the asking until the arrival that half of the arrivals did not exceed."
);
fig!(RESPONDER, "responder", "Responder", Text, "Id of the responder.");
fig!(RESPONDER_NAME, "responder_name", "Name of the responder", Text, "Their name, as the visit has it.");
fig!(
    RESPONDERS_OF,
    "responders_of",
    "Responder's organisation",
    Text,
    "The organisation in which the responder holds that role; `*` for one who holds it in all, `other` for one that you may not see."
);
fig!(ASKED, "asked", "Asked", Count, "How often they were asked to go.");
fig!(DECLINED, "declined", "Declined", Count, "How often they said no.");
fig!(NOT_ANSWERED, "not_answered", "Did not answer", Count, "How often they gave no answer in time.");

// Equipment.

fig!(GATEWAY, "gateway", "Gateway", Text, "Id of the gateway.");
fig!(LAST_HEARD, "last_heard", "Last heard", Time, "When anything was heard from it last.");
fig!(SILENT_HOURS, "silent_hours", "Silent for", Hours, "Hours since then, at the making of the report.");
fig!(GATEWAYS, "gateways", "Gateways", Count, "Registered gateways that are not archived.");
fig!(
    SILENT_NOW,
    "silent_now",
    "Silent now",
    Count,
    "Gateways with an open alert of the rule gateway_silent of their own that were not heard since it was raised."
);
fig!(
    SUPERVISION,
    "supervision_percent",
    "Supervision, percent",
    Percent,
    "Of the time of the period in which the gateways of the model were in use (from their first word, until they were archived, and not beyond the making of the report), the part in which they were heard without a gap."
);
fig!(SILENCES, "silences", "Silences", Count, "Alerts of the rule gateway_silent raised in the period.");
fig!(
    DETECT_MEDIAN,
    "detect_median_min",
    "Median time to detect",
    Minutes,
    "Minutes from the last sign of life of the gateway until the alert was raised that half of the silences did not exceed, of those whose gateway was up before."
);
fig!(DETECT_LONGEST, "detect_longest_min", "Longest time to detect", Minutes, "The longest of these.");
fig!(SENSORS, "sensors", "Sensors", Count, "Sensors in use: neither they nor their home are archived.");
fig!(BATTERY_LOW, "battery_low", "Battery low", Count, "Sensors whose last word about their battery was low.");
fig!(NEVER_HEARD, "never_heard", "Never heard", Count, "Sensors of which nothing was ever heard.");
fig!(NEVER_TESTED, "never_tested", "Never tested", Count, "Sensors that were in no alert of the test lane and sent no test call.");
fig!(TESTS_OVERDUE, "tests_overdue", "Tests overdue", Count, "Open alerts of the rule test_overdue.");
fig!(OWNER, "owner", "Owner", Text, "Whose task the fault is, in the words that were entered with it; empty: nobody has taken it on.");
fig!(AGE, "age", "Age", Text, "How long the fault is open: below 1 day, 1 to 7 days, 7 to 30 days, over 30 days.");
fig!(OPEN_FAULTS, "open_faults", "Open faults", Count, "Open alerts of the fault lane, raised whenever.");

// False alarms.

fig!(
    FALSE_ALARMS,
    "false_alarms",
    "False alarms",
    Count,
    "Closed alarm calls (emergency lane) with an outcome of the groups accidental or equipment."
);
fig!(FALSE_SHARE, "false_percent", "False, percent", Percent, "Of the closed alarm calls, rounded down.");
fig!(REVISION, "revision", "Revision", Count, "Number of the set of rules.");
fig!(AUTHOR, "author", "Author", Text, "Id of who made it.");
fig!(REASON, "reason", "Reason", Text, "Why, in their words.");
fig!(MADE_AT, "made_at", "Made", Time, "When it was made.");

// Take-up.

fig!(HOMES_BEFORE, "homes_before", "Homes at the start", Count, "Homes entered before the period and not archived at its start.");
fig!(HOMES_NEW, "homes_new", "New homes", Count, "Homes entered in the period.");
fig!(HOMES_LEFT, "homes_left", "Homes that left", Count, "Homes archived in the period.");
fig!(HOMES_AFTER, "homes_after", "Homes at the end", Count, "Homes entered by the end of the period and not archived then.");
fig!(PEOPLE_BEFORE, "people_before", "Residents at the start", Count, "The same of residents.");
fig!(PEOPLE_NEW, "people_new", "New residents", Count, "Residents entered in the period.");
fig!(PEOPLE_LEFT, "people_left", "Residents who left", Count, "Residents archived in the period.");
fig!(PEOPLE_AFTER, "people_after", "Residents at the end", Count, "Residents entered by the end of the period and not archived then.");
fig!(
    USE,
    "use_per_person",
    "Use per person and month",
    Number,
    "Activations of the emergency lane in the period, for each resident at its end and each month of 30.4375 days."
);
fig!(
    NEVER_USED,
    "never_used",
    "Homes without a call",
    Count,
    "Homes at the end of the period with no alert of the emergency or test lane in it."
);
fig!(AWAY, "away", "Homes that were away", Count, "Homes that were said to be empty at some time in the period.");
fig!(REFUSED, "refused", "Help refused", Count, "Closed alarm calls with an outcome whose code begins with refused.");
fig!(REMOVED, "removed", "Equipment removed", Count, "Gateways archived in the period, of homes that stayed.");

// Workload.

fig!(ACCEPTED, "accepted", "Accepted", Count, "Alerts of all lanes raised in the period that they accepted first.");
fig!(HOURS_WORKED, "hours_worked", "Clock hours", Count, "Full hours of the clock in which they accepted at least one.");
fig!(PER_HOUR, "per_hour", "Alerts an hour", Number, "Accepted alerts for each of these hours.");
fig!(BUSIEST, "busiest", "Busiest hour", Count, "The most that they accepted in one of these hours.");
fig!(
    OVER_NORM,
    "over_norm",
    "Hours over the norm",
    Count,
    "Hours in which they accepted more than {reports.operator_norm} alerts (the norm of the field is one in ten minutes)."
);
fig!(
    HANDLING,
    "handling_min",
    "Mean handling time",
    Minutes,
    "Minutes from the first acceptance until the closing, the mean over the closed alerts."
);
fig!(BEGIN, "begin", "Begin", Time, "Begin of the ten minutes, at a full ten minutes.");
fig!(
    IN_SPAN,
    "in_span",
    "Alerts in ten minutes",
    Count,
    "Alerts of all lanes of the organisation raised in these ten minutes; listed are those with more than {reports.flood}."
);

// Social value.

fig!(
    HOME_HOURS,
    "home_hours",
    "Hours of cover",
    Hours,
    "Hours in which homes were under the service's watch in the period: each from its entry until it was archived."
);
fig!(
    HELPED,
    "helped",
    "Calls dealt with",
    Count,
    "Ended calls of the groups reassured and attended: help was given, and no emergency service was needed."
);
fig!(
    AVOIDED,
    "avoided",
    "Emergency calls avoided",
    Number,
    "{reports.avoided_attended_percent} percent of the ended calls of the group attended and {reports.avoided_reassured_percent} percent of those of the group reassured: an estimate, and the percentages are the service's own."
);
fig!(
    BENEFIT,
    "benefit",
    "Benefit",
    Money,
    "Emergency calls avoided times {reports.avoided_value}: the service's own estimate of what one costs."
);
fig!(ANSWER_MEDIAN, "answer_median_s", "Median time to an answer", Seconds, "As in the report response-times.");
fig!(
    HELP_MEDIAN,
    "help_median_min",
    "Median time to help at the door",
    Minutes,
    "Minutes from the asking for a visit until the arrival that half of the arrivals did not exceed."
);
