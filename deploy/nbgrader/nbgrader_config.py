"""nbgrader on the hub: one course, its exchange on the disk that all users share."""

c = get_config()  # noqa: F821 (nbgrader hands it to this file)

c.CourseDirectory.course_id = "balkanlab"
c.CourseDirectory.root = "/home/jovyan/marking"  # of a teacher; students never use it
c.Exchange.root = "/srv/exchange"
c.Exchange.path_includes_course = True
# The course's tests run a whole notebook within this time on one slow core.
c.ExecutePreprocessor.timeout = 120
