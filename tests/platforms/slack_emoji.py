"""The emoji names the fake knows; Slack knows about 1,900 and a workspace's own, add those a test needs."""

EMOJI = frozenset(
    """
    +1 -1 thumbsup thumbsdown eyes white_check_mark heavy_check_mark ballot_box_with_check x heavy_multiplication_x
    question grey_question exclamation grey_exclamation bangbang wave hourglass hourglass_flowing_sand warning
    rotating_light ticket bell no_bell lock unlock closed_lock_with_key key tada heart raised_hand raised_hands
    no_entry no_entry_sign speech_balloon left_speech_bubble thought_balloon memo pencil pencil2 envelope email e-mail
    incoming_envelope envelope_with_arrow arrow_forward arrow_right arrow_left arrow_up arrow_down arrow_right_hook
    leftwards_arrow_with_hook arrows_counterclockwise repeat red_circle large_green_circle large_blue_circle
    large_yellow_circle large_orange_circle large_purple_circle white_circle black_circle star star2 fire rocket
    robot_face mute speaker loudspeaker mega wastebasket mag mag_right alarm_clock clock1 clock2 clock3 clock12
    stopwatch timer_clock watch calendar date spiral_calendar_pad link paperclip pushpin round_pushpin bookmark label
    information_source double_vertical_bar black_square_for_stop bust_in_silhouette busts_in_silhouette inbox_tray
    outbox_tray package telephone telephone_receiver iphone see_no_evil smile smiley grinning slightly_smiling_face
    slightly_frowning_face neutral_face thinking_face cry sob angry rage joy ok_hand ok ok_woman clap pray muscle
    point_up point_right point_left point_down 100 bulb zap boom sparkles dart checkered_flag triangular_flag_on_post
    waving_white_flag white_flag bug hammer wrench gear hammer_and_wrench shield globe_with_meridians house office
    credit_card moneybag money_with_wings receipt chart_with_upwards_trend chart_with_downwards_trend bar_chart
    clipboard file_folder open_file_folder page_facing_up books book ghost skull zzz sleeping coffee new free up cool
    sos stop_sign octagonal_sign construction ambulance hospital syringe pill snowflake ice_cube sunny cloud umbrella
    rainbow large_green_square large_red_square large_blue_square large_yellow_square small_red_triangle
    small_blue_diamond one two three four five six seven eight nine keycap_ten hash slack bot
    """.split()
)
